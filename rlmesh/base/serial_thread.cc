// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/serial_thread.h"

#include <utility>

namespace rlmesh {

SerialThread::~SerialThread() {
  {
    absl::MutexLock lock(&mu_);
    ending_ = true;
    posted_.Signal();
  }
  thread_.join();
}

void SerialThread::Post(std::function<void()> task) {
  absl::MutexLock lock(&mu_);
  tasks_.push_back(std::move(task));
  posted_.Signal();
}

void SerialThread::Run() {
  while (true) {
    std::function<void()> task;
    {
      absl::MutexLock lock(&mu_);
      while (tasks_.empty() && !ending_) posted_.Wait(&mu_);
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

}  // namespace rlmesh
