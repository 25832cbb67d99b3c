#include "flowtalk/formats/torch_file.h"

#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/mapped_file.h"
#include "flowtalk/formats/torch_stream.h"

namespace flowtalk::formats {

Value load_torch(const std::filesystem::path& path) {
  const auto file = std::make_shared<const MappedFile>(path);
  return read_torch(file->bytes(), path.string(), file);
}

Value read_torch(std::string_view bytes, const std::string& where,
                 std::shared_ptr<const void> owner) {
  if (bytes.empty()) fail("{}: is empty, expected a torch file", where);
  auto tree = std::make_shared<ValueTree>(where, bytes.size());
  PickleSession session{*tree, true};
  const ValueNode* root = read_torch_stream(session, {bytes, std::move(owner)});
  return {std::move(tree), root};
}

std::map<std::string, Array> state_dict(const Value& value) {
  const auto inner = value.find("state_dict");
  const Value& dict = inner && inner->is(Value::Kind::kDict) ? *inner : value;
  if (!dict.is(Value::Kind::kDict)) {
    fail("{}: expected a dict of tensors, got {}", value.where(), value.describe());
  }
  std::map<std::string, Array> tensors;
  for (size_t i = 0; i < dict.size(); ++i) {
    const auto [key, tensor] = dict.key_and_value(i);
    if (!key.is(Value::Kind::kText) || !tensor.is(Value::Kind::kArray)) {
      fail("{}: expected names and tensors in a state dict, got {} and {}", value.where(),
           key.describe(), tensor.describe());
    }
    tensors.insert_or_assign(key.text(), tensor.array());
  }
  return tensors;
}

}  // namespace flowtalk::formats
