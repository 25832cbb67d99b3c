// The memory behind Value: nodes that point at each other freely, all freed at once. For the
// readers of this room.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "flowtalk/formats/value.h"

namespace flowtalk::formats {

// Bytes of the file, or made from it.
struct Bytes {
  std::string_view view;
  std::shared_ptr<const void> owner;  // null: the caller of the reader keeps the memory
  bool latin1 = false;                // a text in latin1 (a string of Python 2)
};

struct BigInteger {
  std::string decimal;
};

struct ClassName {
  std::string module, name;
  int known = -1;  // row of the list of known classes
};

struct Object {
  ValueNode* type = nullptr;  // a node of kClass
  ValueNode* args = nullptr;
  ValueNode* state = nullptr;
};

struct ValueNode {
  using Items = std::vector<ValueNode*>;
  using Pairs = std::vector<std::pair<ValueNode*, ValueNode*>>;

  Value::Kind kind = Value::Kind::kNone;
  std::variant<std::monostate, bool, int64_t, double, BigInteger, Bytes, Items, Pairs,
               std::unique_ptr<Array>, std::unique_ptr<ClassName>, std::unique_ptr<Object>>
      data;

  template <class T>
  T& as() {
    return std::get<T>(data);
  }
  template <class T>
  const T& as() const {
    return std::get<T>(data);
  }
  Array& array() { return *as<std::unique_ptr<Array>>(); }
  const ClassName& class_name() const { return *as<std::unique_ptr<ClassName>>(); }
  Object& object() { return *as<std::unique_ptr<Object>>(); }
  const Object& object() const { return *as<std::unique_ptr<Object>>(); }
};

class ValueTree {
 public:
  // file_bytes: how large the input is; what is copied or inflated must be in proportion to it.
  ValueTree(std::string where, size_t file_bytes)
      : where_(std::move(where)),
        file_bytes_(file_bytes),
        memory_left_((size_t{32} << 20) + 8 * file_bytes) {}

  const std::string& where() const { return where_; }
  size_t file_bytes() const { return file_bytes_; }
  ValueNode* none() { return &none_; }

  template <class T>
  ValueNode* add(Value::Kind kind, T data) {
    check_count();
    ValueNode& node = nodes_.emplace_back();
    node.kind = kind;
    node.data = std::move(data);
    return &node;
  }
  ValueNode* add_array(Array array) {
    return add(Value::Kind::kArray, std::make_unique<Array>(std::move(array)));
  }
  ValueNode* add_bytes(std::string bytes);
  ValueNode* add_text(std::string utf8);
  // Takes memory from what the file's size justifies; Error when it is used up.
  void spend(size_t bytes);

 private:
  void check_count() const;

  std::string where_;
  size_t file_bytes_, memory_left_;
  ValueNode none_;
  std::deque<ValueNode> nodes_;
};

// Whether a node is the text `key`.
bool is_text(const ValueNode& node, std::string_view key);
// UTF-8 of a text, from latin1 if need be.
std::string text_of(const Bytes& text);
std::string utf8_from_latin1(std::string_view bytes);
// "a list of 3": what a node is, in words.
std::string describe(const ValueNode& node);

}  // namespace flowtalk::formats
