// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What plays a part of a run's episodes.

#ifndef RLMESH_DRIVER_EPISODE_LOOP_H_
#define RLMESH_DRIVER_EPISODE_LOOP_H_

namespace rlmesh {

// Plays the episodes that a ledger hands out, in one session of a run. What it
// is told in the end is told to the ledger. Play belongs to one thread;
// Interrupt comes from any.
class EpisodeLoop {
 public:
  virtual ~EpisodeLoop() = default;

  // Until the ledger has no more. Blocks.
  virtual void Play() = 0;

  // Makes the call that runs end soon. Repeat it: the next call may just begin.
  virtual void Interrupt() = 0;
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_EPISODE_LOOP_H_
