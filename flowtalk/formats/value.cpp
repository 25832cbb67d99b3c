#include "flowtalk/formats/value.h"

#include "flowtalk/base/error.h"
#include "flowtalk/formats/printable.h"
#include "flowtalk/formats/value_tree.h"

namespace flowtalk::formats {
namespace {

using Items = ValueNode::Items;
using Pairs = ValueNode::Pairs;
constexpr size_t kMostNodes = 16'000'000;  // far above any file of arrays

// The dict that holds the named parts of a value, or null.
const ValueNode* named_parts(const ValueNode& node) {
  if (node.kind == Value::Kind::kDict) return &node;
  if (node.kind != Value::Kind::kRecord) return nullptr;
  const ValueNode* state = node.object().state;
  return state != nullptr && state->kind == Value::Kind::kDict ? state : nullptr;
}

const ValueNode* find_part(const ValueNode& node, std::string_view key) {
  const ValueNode* parts = named_parts(node);
  if (parts == nullptr) return nullptr;
  const Pairs& pairs = parts->as<Pairs>();
  for (size_t i = pairs.size(); i-- > 0;) {  // as in Python, the last one counts
    if (is_text(*pairs[i].first, key)) return pairs[i].second;
  }
  return nullptr;
}

bool is_numpy_scalar(const ValueNode& node) {
  return node.kind == Value::Kind::kArray && node.as<std::unique_ptr<Array>>()->shape.empty();
}

std::string full_name(const ClassName& c) {
  const std::string name = printable(c.module + "." + c.name);
  return name.substr(1, name.size() - 2);
}

}  // namespace

void ValueTree::check_count() const {
  if (nodes_.size() >= kMostNodes) {
    fail("{}: more than {} values; the file is not one of arrays", where_, kMostNodes);
  }
}

void ValueTree::spend(size_t bytes) {
  if (bytes > memory_left_) {
    fail("{}: its arrays would take far more memory than the file; it is damaged or hostile",
         where_);
  }
  memory_left_ -= bytes;
}

ValueNode* ValueTree::add_bytes(std::string bytes) {
  auto owner = std::make_shared<const std::string>(std::move(bytes));
  const std::string_view view = *owner;
  return add(Value::Kind::kBytes, Bytes{view, std::move(owner)});
}

ValueNode* ValueTree::add_text(std::string utf8) {
  ValueNode* node = add_bytes(std::move(utf8));
  node->kind = Value::Kind::kText;
  return node;
}

std::string utf8_from_latin1(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char c : bytes) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xc0 | code >> 6);
      text += static_cast<char>(0x80 | (code & 0x3f));
    }
  }
  return text;
}

std::string text_of(const Bytes& text) {
  return text.latin1 ? utf8_from_latin1(text.view) : std::string(text.view);
}

bool is_text(const ValueNode& node, std::string_view key) {
  if (node.kind != Value::Kind::kText) return false;
  const Bytes& text = node.as<Bytes>();
  if (!text.latin1) return text.view == key;
  return text.view.size() <= key.size() && text_of(text) == key;
}

std::string describe(const ValueNode& node) {
  switch (node.kind) {
    case Value::Kind::kNone:
      return "None";
    case Value::Kind::kBool:
      return node.as<bool>() ? "True" : "False";
    case Value::Kind::kInt:
      return "an integer";
    case Value::Kind::kFloat:
      return "a float";
    case Value::Kind::kText:
      return "the text " + printable(node.as<Bytes>().view);
    case Value::Kind::kBytes:
      return fmt::format("{} bytes", node.as<Bytes>().view.size());
    case Value::Kind::kList:
      return fmt::format("a list of {}", node.as<Items>().size());
    case Value::Kind::kTuple:
      return fmt::format("a tuple of {}", node.as<Items>().size());
    case Value::Kind::kSet:
      return fmt::format("a set of {}", node.as<Items>().size());
    case Value::Kind::kDict:
      return fmt::format("a dict of {}", node.as<Pairs>().size());
    case Value::Kind::kArray: {
      const Array& array = *node.as<std::unique_ptr<Array>>();
      return fmt::format("an array of {} {}", numpy_name_of(array.dtype),
                         tensor::to_string(array.shape));
    }
    case Value::Kind::kClass:
      return "the class " + full_name(node.class_name());
    case Value::Kind::kRecord:
      return "an object of " + full_name(node.object().type->class_name());
  }
  return "";
}

Value::Kind Value::kind() const { return node_->kind; }
std::string Value::describe() const { return formats::describe(*node_); }
const std::string& Value::where() const { return tree_->where(); }
size_t Value::file_bytes() const { return tree_->file_bytes(); }

void Value::expected(const char* what) const {
  fail("{}: expected {}, got {}", where(), what, describe());
}

bool Value::boolean() const {
  if (!is(Kind::kBool)) expected("True or False");
  return node_->as<bool>();
}

int64_t Value::integer() const {
  if (is_numpy_scalar(*node_)) return array().int64(0);
  const auto* small = std::get_if<int64_t>(&node_->data);
  if (!is(Kind::kInt) || small == nullptr) expected("an integer of 64 bits");
  return *small;
}

std::string Value::integer_text() const {
  if (!is(Kind::kInt)) expected("an integer");
  if (const auto* small = std::get_if<int64_t>(&node_->data)) return std::to_string(*small);
  return node_->as<BigInteger>().decimal;
}

double Value::number() const {
  if (is(Kind::kFloat)) return node_->as<double>();
  if (is_numpy_scalar(*node_)) return array().real(0);
  const auto* small = std::get_if<int64_t>(&node_->data);
  if (!is(Kind::kInt) || small == nullptr) expected("a number");
  return static_cast<double>(*small);
}

std::string Value::text() const {
  if (!is(Kind::kText)) expected("a text");
  return text_of(node_->as<Bytes>());
}

std::string_view Value::bytes() const {
  const auto* bytes = std::get_if<Bytes>(&node_->data);
  if (bytes == nullptr || (is(Kind::kText) && !bytes->latin1)) expected("bytes");
  return bytes->view;
}

const Array& Value::array() const {
  if (!is(Kind::kArray)) expected("an array");
  return *node_->as<std::unique_ptr<Array>>();
}

size_t Value::size() const {
  if (is(Kind::kDict)) return node_->as<Pairs>().size();
  const auto* items = std::get_if<Items>(&node_->data);
  if (items == nullptr) expected("a list, tuple, set or dict");
  return items->size();
}

Value Value::item(size_t i) const {
  const auto* items = std::get_if<Items>(&node_->data);
  if (items == nullptr) expected("a list, tuple or set");
  if (i >= items->size()) fail("{}: item {} of {}", where(), i, describe());
  return {tree_, (*items)[i]};
}

std::pair<Value, Value> Value::key_and_value(size_t i) const {
  if (!is(Kind::kDict)) expected("a dict");
  const Pairs& pairs = node_->as<Pairs>();
  if (i >= pairs.size()) fail("{}: item {} of {}", where(), i, describe());
  return {{tree_, pairs[i].first}, {tree_, pairs[i].second}};
}

std::optional<Value> Value::find(std::string_view key) const {
  const ValueNode* part = find_part(*node_, key);
  if (part == nullptr) return std::nullopt;
  return Value(tree_, part);
}

Value Value::at(std::string_view key) const {
  const ValueNode* part = find_part(*node_, key);
  if (part == nullptr) fail("{}: has no key {} in {}", where(), printable(key), describe());
  return {tree_, part};
}

std::string Value::module() const {
  if (is(Kind::kClass)) return node_->class_name().module;
  if (!is(Kind::kRecord)) expected("an object or a class");
  return node_->object().type->class_name().module;
}

std::string Value::name() const {
  if (is(Kind::kClass)) return node_->class_name().name;
  if (!is(Kind::kRecord)) expected("an object or a class");
  return node_->object().type->class_name().name;
}

bool Value::is_record(std::string_view module, std::string_view name) const {
  return is(Kind::kRecord) && this->module() == module && this->name() == name;
}

Value Value::args() const {
  if (!is(Kind::kRecord)) expected("an object");
  return {tree_, node_->object().args};
}

Value Value::state() const {
  if (!is(Kind::kRecord)) expected("an object");
  return {tree_, node_->object().state};
}

}  // namespace flowtalk::formats
