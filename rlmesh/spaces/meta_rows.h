// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The infos of a step that was about several lanes.

#ifndef RLMESH_SPACES_META_ROWS_H_
#define RLMESH_SPACES_META_ROWS_H_

#include "rlmesh/proto/spaces/v1/meta.pb.h"

namespace rlmesh {

// The part of a step's infos that concerns row `position` of `rows`: all of
// them for a single row. Of several: the row's entry of the list "final_info"
// where "_final_info" marks it; otherwise the row's entry of every list as long
// as there are rows, but for keys whose mask "_KEY" is false there.
spaces::v1::MetaMap FinalInfo(const spaces::v1::MetaMap& infos, int position,
                              int rows);

// The same for a step that need not be the last of its episode: the row's entry
// of "final_info" counts also where it is not marked.
spaces::v1::MetaMap RowInfo(const spaces::v1::MetaMap& infos, int position,
                            int rows);

}  // namespace rlmesh

#endif  // RLMESH_SPACES_META_ROWS_H_
