// Files of torch.save: tensors among plain values. Nothing in them is run.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "flowtalk/formats/value.h"

namespace flowtalk::formats {

// Zip archives and the older format. Tensors without gaps borrow the mapped file. Objects of
// foreign classes (the settings in a Lightning checkpoint) stay in the tree as records. Errors name
// the file. Checksums of tensors are not computed: that would read the whole file.
Value load_torch(const std::filesystem::path& path);
// The same for bytes that `owner`, or the caller if there is none, keeps alive.
Value read_torch(std::string_view bytes, const std::string& where,
                 std::shared_ptr<const void> owner = nullptr);

// The tensors of a state dict, by name: the value itself, or its "state_dict" as in a Lightning
// checkpoint. Error if an entry is no tensor.
std::map<std::string, Array> state_dict(const Value& value);

}  // namespace flowtalk::formats
