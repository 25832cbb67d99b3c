#include "flowtalk/foreign/published.h"

#include <map>
#include <memory>

#include "flowtalk/base/error.h"
#include "flowtalk/base/words.h"
#include "flowtalk/formats/describe_file.h"
#include "flowtalk/formats/mapped_file.h"
#include "flowtalk/formats/printable.h"
#include "flowtalk/formats/torch_file.h"

namespace flowtalk::foreign {
namespace {

using formats::Value;

constexpr std::string_view kWrapper = "module.";  // of torch's DataParallel

std::string plain(const std::string& name) {
  return name.starts_with(kWrapper) ? name.substr(kWrapper.size()) : name;
}

// What stands under a key: of a dict, or of a record of omegaconf, whose parts are in _content.
std::optional<Value> part_of(const Value& value, std::string_view key) {
  if (value.is(Value::Kind::kDict)) return value.find(key);
  if (!value.is(Value::Kind::kRecord) || !value.state().is(Value::Kind::kDict)) return std::nullopt;
  const auto content = value.find("_content");
  if (!content || !content->is(Value::Kind::kDict)) return std::nullopt;
  return content->find(key);
}

// The value itself, or that which a record of omegaconf holds.
std::optional<int64_t> whole_number(const Value& value) {
  if (value.is(Value::Kind::kInt)) return value.integer();
  if (!value.is(Value::Kind::kRecord) || !value.state().is(Value::Kind::kDict)) return std::nullopt;
  const auto held = value.find("_val");
  return held && held->is(Value::Kind::kInt) ? std::optional(held->integer()) : std::nullopt;
}

}  // namespace

Published::Published(const std::filesystem::path& file) {
  const auto mapped = std::make_shared<const formats::MappedFile>(file);
  const Value root = formats::read_as(
      file, "torch pickle", "a file of torch (`flowtalk import encoder` takes ONNX models)",
      [&] { return formats::read_torch(mapped->bytes(), file.string(), mapped); });
  const auto arrays = std::make_shared<std::map<std::string, formats::Array>>();
  for (auto& [name, array] : formats::state_dict(root)) {
    if (!arrays->emplace(plain(name), array).second) {
      fail("{}: two tensors are called '{}'; save the model again", file.string(),
           formats::printable(plain(name)));
    }
    weights_.shapes[plain(name)] = array.shape;
  }
  weights_.path = file.string();
  weights_.load = [arrays, where = file.string()](const std::string& name) {
    return formats::to_tensor(arrays->at(name), where + ": " + name);
  };
  weights_.drop_pages = [mapped] { mapped->drop_pages(); };
  if (!root.is(Value::Kind::kDict)) return;
  if (const auto settings = root.find("hyper_parameters")) settings_.emplace_back("", *settings);
}

int64_t Published::axis(const std::string& name, size_t at) const {
  const auto found = weights_.shapes.find(name);
  if (found == weights_.shapes.end()) {
    fail("{}: has no tensor '{}', which its model needs; is the file complete?", path(), name);
  }
  if (at >= found->second.size()) {
    fail("{}: '{}' has shape {}, expected {} or more axes", path(), name,
         tensor::to_string(found->second), at + 1);
  }
  return found->second[at];
}

int64_t Published::count(const std::string& pattern) const {
  const size_t star = pattern.find('*');
  FT_CHECK(star != std::string::npos, "{}", pattern);
  int64_t n = 0;
  while (has(fmt::format("{}{}{}", pattern.substr(0, star), n, pattern.substr(star + 1)))) ++n;
  return n;
}

void Published::add(const Published& other, const std::string& prefix) {
  for (const auto& [name, shape] : other.weights_.shapes) {
    if (!weights_.shapes.emplace(prefix + name, shape).second) {
      fail("{}: has '{}' already; leave {} out", path(), prefix + name, other.path());
    }
  }
  weights_.load = [own = weights_.load, theirs = other.weights_, prefix](const std::string& name) {
    const bool added =
        name.starts_with(prefix) && theirs.shapes.contains(name.substr(prefix.size()));
    return added ? theirs.load(name.substr(prefix.size())) : own(name);
  };
  for (const auto& [before, value] : other.settings_) {
    settings_.emplace_back(prefix + before, value);
  }
}

std::optional<int64_t> Published::setting(std::string_view dotted) const {
  for (const auto& [prefix, value] : settings_) {
    if (!dotted.starts_with(prefix)) continue;
    std::optional<Value> at = value;
    for (const std::string& key : parts_of(dotted.substr(prefix.size()), '.')) {
      if (at) at = part_of(*at, key);
    }
    if (const auto number = at ? whole_number(*at) : std::nullopt) return number;
  }
  return std::nullopt;
}

}  // namespace flowtalk::foreign
