// Runs the instructions of one pickle (protocols 0 to 5) on values; nothing of Python is touched.
#pragma once

#include <string>
#include <vector>

#include "flowtalk/formats/pickle_input.h"
#include "flowtalk/formats/pickle_objects.h"
#include "flowtalk/formats/value_tree.h"

namespace flowtalk::formats {

class PickleMachine {
 public:
  // `bytes` may hold more behind the pickle. Without a loader, persistent ids are refused.
  PickleMachine(PickleSession& session, const Bytes& bytes, StorageLoader loader = nullptr);

  ValueNode* run();                                      // to the STOP; the pickle's one value
  size_t position() const { return input_.position(); }  // behind the STOP, after run()
  void finish() { objects_.finish(); }                   // makes the tensors

 private:
  // Each runs the instruction if it is one of its kind.
  bool run_constant(uint8_t code);
  bool run_text(uint8_t code);
  bool run_container(uint8_t code);
  bool run_memo(uint8_t code);
  bool run_object(uint8_t code);
  void run_framing(uint8_t code);

  ValueNode* pop();
  ValueNode* top();
  void push(ValueNode* node) { stack_.push_back(node); }
  template <class T>
  void push_new(Value::Kind kind, T data) {
    push(tree_.add(kind, std::move(data)));
  }
  size_t pop_mark();  // the place in the stack of what came after the mark
  ValueNode::Items take_from(size_t begin);
  void push_tuple(size_t size);
  void push_integer(std::optional<AnyInteger> value);
  void push_python2_text(std::string_view bytes, std::shared_ptr<const void> owner);
  void push_utf8(std::string_view text);
  void push_bytes(std::string_view bytes);
  void push_text_integer();  // INT, which is also how protocol 0 spells True and False
  void remember(uint64_t index);
  void recall(uint64_t index);
  void push_class();       // from the two texts on the stack
  void push_persistent();  // from the id on the stack
  uint64_t index_line();

  ValueTree& tree_;
  PickleInput input_;
  std::shared_ptr<const void> owner_;
  PickleObjects objects_;
  StorageLoader loader_;
  std::vector<ValueNode*> stack_, memo_;
  std::vector<size_t> marks_;
  size_t remembered_ = 0, instructions_ = 0;
  bool stopped_ = false;
};

}  // namespace flowtalk::formats
