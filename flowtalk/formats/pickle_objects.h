// What a pickle's calls make: plain values, arrays and records. For the readers of this room.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "flowtalk/formats/array.h"
#include "flowtalk/formats/pickle_classes.h"
#include "flowtalk/formats/pickle_input.h"
#include "flowtalk/formats/value_tree.h"

namespace flowtalk::formats {

// What the pickles of one file share: a torch file may hold several, one inside the other.
struct PickleSession {
  ValueTree& tree;
  bool keep_unknown_classes = false;  // as records; otherwise they are refused
  bool object_arrays = false;         // arrays of objects are taken, as tuples
  bool big_endian_storages = false;
  int depth = 0;  // of torch files inside of pickles
  // Each is read once, however often it is named; by its bytes.
  std::map<std::pair<const char*, size_t>, ValueNode*> nested_files = {};
};

// Turns the persistent id of a torch storage into an array of its elements, or refuses.
using StorageLoader = std::function<ValueNode*(const PickleInput&, const ValueNode& id)>;

// The objects of one pickle. Errors name the file, the byte and the class.
class PickleObjects {
 public:
  PickleObjects(PickleSession& session, const PickleInput& input)
      : session_(session), tree_(session.tree), input_(input) {}

  ValueNode* find_class(std::string_view module, std::string_view name);
  ValueNode* call(ValueNode* function, ValueNode* args);    // function(*args)
  ValueNode* new_object(ValueNode* type, ValueNode* args);  // type.__new__(type, *args)
  void set_state(ValueNode* target, ValueNode* state);      // __setstate__
  void append(ValueNode* target, std::span<ValueNode* const> items);
  void set_items(ValueNode* target, std::span<ValueNode* const> keys_and_values);
  // Makes the tensors, once the storages have their bytes.
  void finish();

 private:
  struct Tensor {
    ValueNode *node, *storage;
    ArrayView view;
  };

  ValueNode* make_record(ValueNode* type, ValueNode* args);
  ValueNode* make_dict(const ValueNode& args);
  ValueNode* make_items(Value::Kind kind, const ValueNode& args);
  ValueNode* make_bytes(const ValueNode& args);
  ValueNode* encode(const ValueNode& args);
  ValueNode* numpy_array(const ValueNode& args);
  ValueNode* numpy_scalar(const ValueNode& args);
  ValueNode* numpy_from_buffer(const ValueNode& args);
  void set_numpy_state(ValueNode* array, const ValueNode& state);
  bool is_object_dtype(const ValueNode& dtype) const;
  ArrayView numpy_dtype(const ValueNode& dtype) const;
  Array checked_array(const ArrayView& view, const Bytes& bytes, bool exact);
  ValueNode* torch_file(const ValueNode& args);
  ValueNode* torch_tensor(const ValueNode& args, bool v3);
  ValueNode* torch_parameter(const ValueNode& args);
  ValueNode* torch_typed(const ValueNode& args);

  const KnownClass* known(const ValueNode& type) const;  // null for an unknown class
  // Item i of a tuple of arguments; refuses if there is none.
  ValueNode* arg(const ValueNode& args, size_t i, const char* function) const;
  const Bytes& bytes_of(const ValueNode& node, const char* what) const;
  int64_t integer_of(const ValueNode& node, const char* what) const;
  tensor::Shape integers_of(const ValueNode& node, const char* what) const;

  PickleSession& session_;
  ValueTree& tree_;
  const PickleInput& input_;
  std::set<const ValueNode*> numpy_arrays_;  // those of _reconstruct
  std::vector<Tensor> tensors_;
};

}  // namespace flowtalk::formats
