// The two containers of torch.save: zip archives, and the sequence of pickles and raw storages
// that came before. For the readers of this room.
#pragma once

#include "flowtalk/formats/pickle_objects.h"

namespace flowtalk::formats {

// The saved value. Errors name the file.
ValueNode* read_torch_stream(PickleSession& session, const Bytes& bytes);

ValueNode* read_torch_archive(PickleSession& session, const Bytes& bytes);
ValueNode* read_torch_legacy(PickleSession& session, const Bytes& bytes);

// ('storage', type, key, location, elements): how a pickle refers to a storage.
struct StorageId {
  Dtype dtype;
  std::string key;
  int64_t elements;
};
StorageId parse_storage_id(const PickleInput& input, const ValueNode& id);

}  // namespace flowtalk::formats
