// What a pickle holds, as a tree of plain values. Python classes are records: a name and the data
// that stood in the file; nothing of them is run.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "flowtalk/formats/array.h"

namespace flowtalk::formats {

class ValueTree;
struct ValueNode;

// A place in the tree, cheap to copy; it keeps the tree and the memory below alive. Parts may be
// shared or contain themselves, as in Python, so walk a tree with a limit of depth. Accessors
// fail with an Error that names the file if the value is of another kind.
class Value {
 public:
  enum class Kind {
    kNone,
    kBool,
    kInt,
    kFloat,
    kText,
    kBytes,
    kList,
    kTuple,
    kDict,
    kSet,
    kArray,   // of numpy or torch; numpy scalars have no axes
    kClass,   // the bare name of a class or function
    kRecord,  // an object of a class
  };

  Value(std::shared_ptr<const ValueTree> tree, const ValueNode* node)
      : tree_(std::move(tree)), node_(node) {}

  Kind kind() const;
  bool is(Kind kind) const { return this->kind() == kind; }
  // "a list of 3", "a numpy array float32 (2, 3)", "an object of omegaconf.nodes.AnyNode".
  std::string describe() const;
  const std::string& where() const;  // the file's name
  size_t file_bytes() const;         // how large it is

  bool boolean() const;
  int64_t integer() const;           // also of a numpy scalar; Error beyond 64 bits
  std::string integer_text() const;  // any integer, in decimal
  double number() const;             // of an int, a float or a numpy scalar
  std::string text() const;          // UTF-8; byte strings of Python 2 are read as latin1
  std::string_view bytes() const;    // of bytes and of Python 2's strings
  const Array& array() const;

  size_t size() const;                                    // of a list, tuple, set or dict
  Value item(size_t i) const;                             // of a list, tuple or set
  std::pair<Value, Value> key_and_value(size_t i) const;  // of a dict, in the file's order

  // The value of a text key in a dict or in the state of a record: Error, or nothing, if absent.
  Value at(std::string_view key) const;
  std::optional<Value> find(std::string_view key) const;

  // Of a class or a record: "scipy.sparse.csc" and "csc_matrix".
  std::string module() const;
  std::string name() const;
  bool is_record(std::string_view module, std::string_view name) const;
  Value args() const;                             // what a record was made from: a tuple, or None
  Value state() const;                            // its attributes: mostly a dict, or None
  const void* identity() const { return node_; }  // equal for shared parts of one tree

 private:
  [[noreturn]] void expected(const char* what) const;
  std::shared_ptr<const ValueTree> tree_;
  const ValueNode* node_;
};

// A numpy array, a torch tensor, the `x` of a chumpy object, or a scipy sparse matrix (csc, csr,
// coo) as one array. `where` names the file and the value in errors.
Array dense_array(const Value& value, const std::string& where);

}  // namespace flowtalk::formats
