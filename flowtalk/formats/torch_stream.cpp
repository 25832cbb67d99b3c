#include "flowtalk/formats/torch_stream.h"

#include <algorithm>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/pickle_machine.h"
#include "flowtalk/formats/printable.h"
#include "flowtalk/formats/zip.h"

namespace flowtalk::formats {
namespace {

using Kind = Value::Kind;
using Items = ValueNode::Items;

// Opens the pickles of a legacy file one after the other.
class LegacyFile {
 public:
  LegacyFile(PickleSession& session, const Bytes& bytes) : session_(session), file_(bytes) {}

  ValueNode* read();

 private:
  void check_magic();
  Bytes rest() const { return {file_.view.substr(at_), file_.owner}; }
  ValueNode* read_small_pickle();
  ValueNode* storage(const PickleInput& input, const ValueNode& id);
  void read_storages(const ValueNode& keys);

  PickleSession& session_;
  Bytes file_;
  size_t at_ = 0;
  std::map<std::string, ValueNode*> storages_, missing_;
};

ValueNode* LegacyFile::read_small_pickle() {
  PickleMachine machine(session_, rest());
  ValueNode* value = machine.run();
  at_ += machine.position();
  return value;
}

void LegacyFile::check_magic() {
  constexpr const char* kMagic = "119547037146038801333356";  // 0x1950a86a20f9469cfc6c
  constexpr int64_t kVersion = 1001;
  const std::string& where = session_.tree.where();
  const ValueNode* magic = read_small_pickle();
  const auto* number = std::get_if<BigInteger>(&magic->data);
  if (number == nullptr || number->decimal != kMagic) {
    fail("{}: not a torch file (it begins with {})", where, describe(*magic));
  }
  const ValueNode* version = read_small_pickle();
  const auto* found = std::get_if<int64_t>(&version->data);
  if (found == nullptr || *found != kVersion) {
    fail("{}: torch format version is {}, expected {}", where, describe(*version), kVersion);
  }
  read_small_pickle();  // sizes of C types on the writer's machine; the data do not depend on them
}

ValueNode* LegacyFile::storage(const PickleInput& input, const ValueNode& id) {
  const StorageId parsed = parse_storage_id(input, id);
  ValueNode*& node = storages_[parsed.key];
  if (node == nullptr) {
    Array array;
    array.dtype = parsed.dtype;
    array.shape = {parsed.elements};
    node = session_.tree.add_array(std::move(array));
    missing_[parsed.key] = node;
  }
  const Array& known = node->array();
  if (known.dtype != parsed.dtype || known.shape[0] != parsed.elements) {
    input.refuse("the storage " + printable(parsed.key) + " is described in two ways");
  }
  return node;
}

// For each key the number of elements in 8 bytes and the elements.
void LegacyFile::read_storages(const ValueNode& keys) {
  const std::string& where = session_.tree.where();
  if (keys.kind != Kind::kList) {
    fail("{}: expected a list of storages, got {}", where, describe(keys));
  }
  PickleInput input(file_.view.substr(at_), where);
  for (const ValueNode* key : keys.as<Items>()) {
    const std::string name = key->kind == Kind::kText ? text_of(key->as<Bytes>()) : "";
    const auto found = missing_.find(name);
    if (found == missing_.end()) {
      fail("{}: the storage {} is not one that the tensors need", where, describe(*key));
    }
    Array& array = found->second->array();
    const uint64_t elements = input.little_endian(8);
    if (elements != static_cast<uint64_t>(array.shape[0])) {
      fail("{}: the storage {} has {} elements, expected {}", where, printable(name), elements,
           array.shape[0]);
    }
    const size_t size = element_size(array.dtype);
    if (elements > input.size() / size) {
      fail("{}: the storage {} of {} elements is cut off", where, printable(name), elements);
    }
    array.bytes = input.take(elements * size);
    array.owner = file_.owner;
    missing_.erase(found);
  }
  if (!missing_.empty()) {
    fail("{}: the storage {} is missing", where, printable(missing_.begin()->first));
  }
}

ValueNode* LegacyFile::read() {
  check_magic();
  PickleMachine machine(session_, rest(), [this](const PickleInput& input, const ValueNode& id) {
    return storage(input, id);
  });
  ValueNode* root = machine.run();
  at_ += machine.position();
  read_storages(*read_small_pickle());
  machine.finish();
  return root;
}

// The storage `key` of an archive, in the machine's byte order.
ValueNode* archive_storage(PickleSession& session, const ZipReader& zip, const std::string& folder,
                           const StorageId& id) {
  const std::string& where = session.tree.where();
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (id.key.empty() || !std::ranges::all_of(id.key, is_digit)) {
    fail("{}: the storage key {} is no number", where, printable(id.key));
  }
  const std::string name = folder + "data/" + id.key;
  const ZipEntry* entry = zip.find(name);
  if (entry == nullptr) fail("{}: the storage {} is missing", where, printable(name));
  const size_t size = element_size(id.dtype);
  if (entry->bytes / size != static_cast<uint64_t>(id.elements) || entry->bytes % size != 0) {
    fail("{}: the storage {} has {} bytes, expected {} elements of {}", where, printable(name),
         entry->bytes, id.elements, numpy_name_of(id.dtype));
  }
  if (entry->method != 0) session.tree.spend(entry->bytes);
  const ZipContent content = zip.read_unchecked(*entry);
  ArrayView view;
  view.dtype = id.dtype;
  view.shape = {id.elements};
  view.big_endian = session.big_endian_storages;
  if (view.big_endian) session.tree.spend(entry->bytes);
  return session.tree.add_array(make_array(view, content.bytes, content.owner, where));
}

}  // namespace

StorageId parse_storage_id(const PickleInput& input, const ValueNode& id) {
  constexpr size_t kFields = 5;
  const Items* items = id.kind == Kind::kTuple ? &id.as<Items>() : nullptr;
  if (items == nullptr || items->size() < kFields || !is_text(*(*items)[0], "storage")) {
    input.refuse("expected a reference to a torch storage, got " + describe(id));
  }
  const ValueNode &type = *(*items)[1], &key = *(*items)[2], &elements = *(*items)[4];
  const int row = type.kind == Kind::kClass ? type.class_name().known : -1;
  if (row < 0 || known_class(row).role != ClassRole::kTorchStorage) {
    input.refuse(describe(type) +
                 " is no storage of plain numbers; quantised tensors are not read");
  }
  constexpr size_t kLongestKey = 100;
  const auto* count = std::get_if<int64_t>(&elements.data);
  if (key.kind != Kind::kText || key.as<Bytes>().view.size() > kLongestKey || count == nullptr ||
      *count < 0) {
    input.refuse("a reference to a torch storage without a key or a size");
  }
  if (items->size() > kFields && (*items)[kFields]->kind != Kind::kNone) {
    input.refuse("a torch storage that is a view of another is not read; save the file again");
  }
  return {known_class(row).dtype, text_of(key.as<Bytes>()), *count};
}

ValueNode* read_torch_legacy(PickleSession& session, const Bytes& bytes) {
  return LegacyFile(session, bytes).read();
}

ValueNode* read_torch_archive(PickleSession& session, const Bytes& bytes) {
  const std::string& where = session.tree.where();
  const ZipReader zip(bytes.view, where, bytes.owner);
  std::string folder;  // all entries lie in one, named after the file
  if (!zip.entries().empty()) {
    const std::string& first = zip.entries()[0].name;
    folder = first.substr(0, first.find('/') + 1);
  }
  const ZipEntry* pickle = zip.find(folder + "data.pkl");
  if (pickle == nullptr) {
    fail("{}: has no {}; it is a zip archive but not one of torch", where,
         printable(folder + "data.pkl"));
  }
  if (const ZipEntry* order = zip.find(folder + "byteorder")) {
    constexpr size_t kLongest = 16;
    const ZipContent text = order->bytes > kLongest ? ZipContent{} : zip.read(*order);
    if (text.bytes != "little" && text.bytes != "big") {
      fail("{}: unknown byte order {}", where, printable(text.bytes));
    }
    session.big_endian_storages = text.bytes == "big";
  }
  if (pickle->method != 0) session.tree.spend(pickle->bytes);
  const ZipContent content = zip.read(*pickle);
  std::map<std::pair<std::string, Dtype>, ValueNode*> storages;
  PickleMachine machine(session, {content.bytes, content.owner},
                        [&](const PickleInput& input, const ValueNode& id) {
                          const StorageId parsed = parse_storage_id(input, id);
                          ValueNode*& node = storages[{parsed.key, parsed.dtype}];
                          if (node == nullptr) {
                            node = archive_storage(session, zip, folder, parsed);
                          }
                          return node;
                        });
  ValueNode* root = machine.run();
  machine.finish();
  return root;
}

ValueNode* read_torch_stream(PickleSession& session, const Bytes& bytes) {
  if (ZipReader::recognises(bytes.view)) return read_torch_archive(session, bytes);
  return read_torch_legacy(session, bytes);
}

}  // namespace flowtalk::formats
