// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Descriptors 0, 1 and 2 are what everybody takes them for.

#ifndef RLMESH_BASE_STANDARD_DESCRIPTORS_H_
#define RLMESH_BASE_STANDARD_DESCRIPTORS_H_

namespace rlmesh {

// Opens /dev/null in the place of each standard descriptor that the process was
// started without. Otherwise the next file or socket would get its number, and
// with it what is printed. Programs that link this have it called before all
// initializers; the call at the beginning of main makes sure that they do.
void FillStandardDescriptors();

}  // namespace rlmesh

#endif  // RLMESH_BASE_STANDARD_DESCRIPTORS_H_
