#include "flowtalk/formats/pickle_machine.h"

#include <utility>

#include "flowtalk/base/error.h"

// Instructions: CPython's Lib/pickletools.py, which documents each of them.
namespace flowtalk::formats {
namespace {

using Kind = Value::Kind;
using Items = ValueNode::Items;
using Pairs = ValueNode::Pairs;
constexpr uint8_t kLatestProtocol = 5;

}  // namespace

PickleMachine::PickleMachine(PickleSession& session, const Bytes& bytes, StorageLoader loader)
    : tree_(session.tree),
      input_(bytes.view, session.tree.where()),
      owner_(bytes.owner),
      objects_(session, input_),
      loader_(std::move(loader)) {}

ValueNode* PickleMachine::run() {
  while (!stopped_) {
    const uint8_t code = input_.byte();
    ++instructions_;
    if (run_constant(code) || run_text(code) || run_container(code) || run_memo(code) ||
        run_object(code)) {
      continue;
    }
    run_framing(code);
  }
  if (stack_.size() != 1 || !marks_.empty()) {
    input_.refuse(fmt::format("ends with {} values, expected one", stack_.size()));
  }
  return stack_[0];
}

ValueNode* PickleMachine::top() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) {
    input_.refuse("takes a value where there is none; the file is damaged");
  }
  return stack_.back();
}

ValueNode* PickleMachine::pop() {
  ValueNode* node = top();
  stack_.pop_back();
  return node;
}

size_t PickleMachine::pop_mark() {
  if (marks_.empty()) input_.refuse("takes values to a mark that is not there");
  const size_t mark = marks_.back();
  marks_.pop_back();
  return mark;
}

Items PickleMachine::take_from(size_t begin) {
  const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(begin);
  Items items(first, stack_.end());
  stack_.erase(first, stack_.end());
  return items;
}

void PickleMachine::push_tuple(size_t size) {
  Items items(size);
  while (size-- > 0) items[size] = pop();
  push_new(Kind::kTuple, std::move(items));
}

void PickleMachine::push_integer(std::optional<AnyInteger> value) {
  if (!value) input_.refuse("an integer that is none or that is too large");
  if (const auto* small = std::get_if<int64_t>(&*value)) return push_new(Kind::kInt, *small);
  push_new(Kind::kInt, BigInteger{std::get<std::string>(std::move(*value))});
}

void PickleMachine::push_text_integer() {
  const std::string_view text = input_.line();
  if (text == "00" || text == "01") return push_new(Kind::kBool, text == "01");
  push_integer(parse_decimal(text));
}

void PickleMachine::push_python2_text(std::string_view bytes, std::shared_ptr<const void> owner) {
  push_new(Kind::kText, Bytes{bytes, std::move(owner), true});
}

void PickleMachine::push_utf8(std::string_view text) {
  if (!is_utf8(text)) input_.refuse("a text that is not UTF-8");
  push_new(Kind::kText, Bytes{text, owner_});
}

void PickleMachine::push_bytes(std::string_view bytes) {
  push_new(Kind::kBytes, Bytes{bytes, owner_});
}

bool PickleMachine::run_constant(uint8_t code) {
  switch (code) {
    case 'N':  // NONE
      push(tree_.none());
      return true;
    case 0x88:  // NEWTRUE
    case 0x89:  // NEWFALSE
      push_new(Kind::kBool, code == 0x88);
      return true;
    case 'I':  // INT
      push_text_integer();
      return true;
    case 'L': {  // LONG
      std::string_view text = input_.line();
      if (text.ends_with('L')) text.remove_suffix(1);
      push_integer(parse_decimal(text));
      return true;
    }
    case 'J':  // BININT
      push_new(Kind::kInt, int64_t{input_.int32()});
      return true;
    case 'K':  // BININT1
    case 'M':  // BININT2
      push_new(Kind::kInt, static_cast<int64_t>(input_.little_endian(code == 'K' ? 1 : 2)));
      return true;
    case 0x8a:  // LONG1
    case 0x8b:  // LONG4, whose length is signed; a negative one is too many bytes here
      push_integer(integer_of_bytes(input_.counted(code == 0x8a ? 1 : 4)));
      return true;
    case 'F': {  // FLOAT
      const auto value = parse_float(input_.line());
      if (!value) input_.refuse("a float that is none");
      push_new(Kind::kFloat, *value);
      return true;
    }
    case 'G':  // BINFLOAT
      push_new(Kind::kFloat, input_.big_endian_double());
      return true;
    default:
      return false;
  }
}

bool PickleMachine::run_text(uint8_t code) {
  switch (code) {
    case 'S': {  // STRING
      auto text = unescape_string(input_.line());
      if (!text) input_.refuse("a string that is none");
      const auto owner = std::make_shared<const std::string>(std::move(*text));
      push_python2_text(*owner, owner);
      return true;
    }
    case 'T':  // BINSTRING, whose length is signed; a negative one is too many bytes here
    case 'U':  // SHORT_BINSTRING
      push_python2_text(input_.counted(code == 'U' ? 1 : 4), owner_);
      return true;
    case 'V': {  // UNICODE
      auto text = unescape_unicode(input_.line());
      if (!text) input_.refuse("a text that is none");
      push(tree_.add_text(std::move(*text)));
      return true;
    }
    case 'X':   // BINUNICODE
    case 0x8c:  // SHORT_BINUNICODE
    case 0x8d:  // BINUNICODE8
      push_utf8(input_.counted(code == 'X' ? 4 : code == 0x8c ? 1 : 8));
      return true;
    case 'B':   // BINBYTES
    case 'C':   // SHORT_BINBYTES
    case 0x8e:  // BINBYTES8
    case 0x96:  // BYTEARRAY8
      push_bytes(input_.counted(code == 'B' ? 4 : code == 'C' ? 1 : 8));
      return true;
    default:
      return false;
  }
}

bool PickleMachine::run_container(uint8_t code) {
  switch (code) {
    case ')':  // EMPTY_TUPLE
      push_new(Kind::kTuple, Items());
      return true;
    case 't':  // TUPLE
      push_new(Kind::kTuple, take_from(pop_mark()));
      return true;
    case 0x85:  // TUPLE1
    case 0x86:  // TUPLE2
    case 0x87:  // TUPLE3
      push_tuple(code - 0x84u);
      return true;
    case ']':  // EMPTY_LIST
      push_new(Kind::kList, Items());
      return true;
    case 'l':  // LIST
      push_new(Kind::kList, take_from(pop_mark()));
      return true;
    case 'a': {  // APPEND
      ValueNode* item = pop();
      objects_.append(top(), {&item, 1});
      return true;
    }
    case 'e':     // APPENDS
    case 0x90: {  // ADDITEMS
      const Items items = take_from(pop_mark());
      objects_.append(top(), items);
      return true;
    }
    case '}':  // EMPTY_DICT
      push_new(Kind::kDict, Pairs());
      return true;
    case 'd': {  // DICT
      const Items items = take_from(pop_mark());
      push_new(Kind::kDict, Pairs());
      objects_.set_items(top(), items);
      return true;
    }
    case 's': {  // SETITEM
      ValueNode* value = pop();
      const Items items = {pop(), value};
      objects_.set_items(top(), items);
      return true;
    }
    case 'u': {  // SETITEMS
      const Items items = take_from(pop_mark());
      objects_.set_items(top(), items);
      return true;
    }
    case 0x8f:  // EMPTY_SET
      push_new(Kind::kSet, Items());
      return true;
    case 0x91:  // FROZENSET
      push_new(Kind::kSet, take_from(pop_mark()));
      return true;
    default:
      return false;
  }
}

uint64_t PickleMachine::index_line() {
  const auto value = parse_decimal(input_.line());
  const auto* small = value ? std::get_if<int64_t>(&*value) : nullptr;
  if (small == nullptr || *small < 0) input_.refuse("a memo index that is none");
  return static_cast<uint64_t>(*small);
}

void PickleMachine::remember(uint64_t index) {
  // A writer counts up, from 0 or 1, the objects that it made, an instruction each at least.
  if (index > instructions_) input_.refuse(fmt::format("memo index {} is too large", index));
  const auto at = static_cast<size_t>(index);
  if (at >= memo_.size()) memo_.resize(at + 1, nullptr);
  if (memo_[at] == nullptr) ++remembered_;
  memo_[at] = top();
}

void PickleMachine::recall(uint64_t index) {
  if (index >= memo_.size() || memo_[static_cast<size_t>(index)] == nullptr) {
    input_.refuse(fmt::format("memo index {} was never written", index));
  }
  push(memo_[static_cast<size_t>(index)]);
}

bool PickleMachine::run_memo(uint8_t code) {
  switch (code) {
    case 'p':  // PUT
      remember(index_line());
      return true;
    case 'q':  // BINPUT
    case 'r':  // LONG_BINPUT
      remember(input_.little_endian(code == 'q' ? 1 : 4));
      return true;
    case 0x94:  // MEMOIZE
      remember(remembered_);
      return true;
    case 'g':  // GET
      recall(index_line());
      return true;
    case 'h':  // BINGET
    case 'j':  // LONG_BINGET
      recall(input_.little_endian(code == 'h' ? 1 : 4));
      return true;
    case '0':  // POP, which also takes back a mark
      if (!marks_.empty() && marks_.back() == stack_.size()) {
        marks_.pop_back();
      } else {
        pop();
      }
      return true;
    case '1':  // POP_MARK
      take_from(pop_mark());
      return true;
    case '2':  // DUP
      push(top());
      return true;
    case '(':  // MARK
      marks_.push_back(stack_.size());
      return true;
    default:
      return false;
  }
}

void PickleMachine::push_class() {
  const ValueNode *name = pop(), *module = pop();
  if (name->kind != Kind::kText || module->kind != Kind::kText) {
    input_.refuse("names a class by what is no text");
  }
  push(objects_.find_class(module->as<Bytes>().view, name->as<Bytes>().view));
}

void PickleMachine::push_persistent() {
  const ValueNode* id = pop();
  if (loader_ == nullptr) {
    input_.refuse("refers to an object outside of the pickle, which only torch files may");
  }
  push(loader_(input_, *id));
}

bool PickleMachine::run_object(uint8_t code) {
  switch (code) {
    case 'c': {  // GLOBAL
      const std::string_view module = input_.line();
      push(objects_.find_class(module, input_.line()));
      return true;
    }
    case 0x93:  // STACK_GLOBAL
      push_class();
      return true;
    case 'R': {  // REDUCE
      ValueNode* args = pop();
      push(objects_.call(pop(), args));
      return true;
    }
    case 'i': {  // INST
      const std::string_view module = input_.line();
      ValueNode* type = objects_.find_class(module, input_.line());
      push(objects_.call(type, tree_.add(Kind::kTuple, take_from(pop_mark()))));
      return true;
    }
    case 'o': {  // OBJ
      Items items = take_from(pop_mark());
      if (items.empty()) input_.refuse("makes an object of no class");
      ValueNode* type = items[0];
      items.erase(items.begin());
      push(objects_.call(type, tree_.add(Kind::kTuple, std::move(items))));
      return true;
    }
    case 0x81: {  // NEWOBJ
      ValueNode* args = pop();
      push(objects_.new_object(pop(), args));
      return true;
    }
    case 0x92: {  // NEWOBJ_EX
      const ValueNode* named = pop();
      ValueNode* args = pop();
      if (named->kind != Kind::kDict || !named->as<Pairs>().empty()) {
        input_.refuse("makes an object from named arguments, which is not understood");
      }
      push(objects_.new_object(pop(), args));
      return true;
    }
    case 'b': {  // BUILD
      ValueNode* state = pop();
      objects_.set_state(top(), state);
      return true;
    }
    case 'P': {  // PERSID
      push(tree_.add_text(utf8_from_latin1(input_.line())));
      push_persistent();
      return true;
    }
    case 'Q':  // BINPERSID
      push_persistent();
      return true;
    default:
      return false;
  }
}

void PickleMachine::run_framing(uint8_t code) {
  switch (code) {
    case 0x80: {  // PROTO
      const uint8_t protocol = input_.byte();
      if (protocol > kLatestProtocol) {
        input_.refuse(fmt::format("pickle protocol {}, expected at most 5", protocol));
      }
      return;
    }
    case 0x95:  // FRAME
      input_.check_left(input_.little_endian(8));
      return;
    case 0x98:  // READONLY_BUFFER: as good as what it stands on
      top();
      return;
    case '.':  // STOP
      stopped_ = true;
      return;
    case 0x97:  // NEXT_BUFFER
      input_.refuse("its arrays lie outside of the pickle; save it with in-band buffers");
    default:
      input_.refuse(fmt::format("unknown instruction 0x{:02x}; not a pickle, or damaged", code));
  }
}

}  // namespace flowtalk::formats
