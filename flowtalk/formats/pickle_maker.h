// Pickles put together by hand, well-formed or not; for the tests of this room.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/formats/zip_maker.h"

namespace flowtalk::formats::made {

using namespace std::string_literals;

inline std::string pickle(const std::string& body) { return "\x80\x02"s + body + "."; }
inline std::string name(const std::string& module, const std::string& name) {
  return "c"s + module + "\n" + name + "\n";
}
inline std::string counted(char code, std::string_view content, int size_bytes) {
  std::string out(1, code);
  put_number(out, content.size(), size_bytes);
  return out + std::string(content);
}
inline std::string text(std::string_view utf8) { return counted('X', utf8, 4); }
inline std::string bytes(std::string_view content) { return counted('B', content, 4); }
inline std::string python2(std::string_view content) { return counted('T', content, 4); }
inline std::string integer(int64_t value) {
  std::string out = "\x8a\x08";
  put_number(out, static_cast<uint64_t>(value), 8);
  return out;
}
inline std::string tuple(const std::vector<std::string>& items) {
  std::string out = "(";
  for (const std::string& item : items) out += item;
  return out + "t";
}
inline std::string integers(const std::vector<int64_t>& values) {
  std::vector<std::string> items;
  for (const int64_t value : values) items.push_back(integer(value));
  return tuple(items);
}
inline std::string dict(const std::vector<std::string>& keys_and_values) {
  std::string out = "}(";
  for (const std::string& item : keys_and_values) out += item;
  return out + "u";
}
inline std::string call(const std::string& function, const std::vector<std::string>& args) {
  return function + tuple(args) + "R";
}
inline std::string object(const std::string& type, const std::string& state) {
  return type + ")\x81" + state + "b";
}
inline std::string repeated(const std::string& part, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += part;
  return out;
}

inline std::string dtype(const std::string& code, const std::string& order = "<") {
  return call(name("numpy", "dtype"), {text(code), integer(0), integer(1)}) +
         tuple({integer(3), text(order), "N", "N", "N", integer(-1), integer(-1), integer(0)}) +
         "b";
}
inline std::string array(const std::string& type, const std::vector<int64_t>& shape,
                         std::string_view content, bool fortran = false) {
  return call(name("numpy.core.multiarray", "_reconstruct"),
              {name("numpy", "ndarray"), tuple({integer(0)}), bytes("b")}) +
         tuple({integer(1), integers(shape), type, fortran ? "\x88" : "\x89", bytes(content)}) +
         "b";
}

struct Tensor {
  std::string storage = "FloatStorage", key = "0";
  int64_t elements = 6, offset = 0;
  std::vector<int64_t> size = {2, 3}, stride = {3, 1};
};
inline std::string storage(const Tensor& t) {
  return tuple({text("storage"), name("torch", t.storage), text(t.key), text("cpu"),
                integer(t.elements)}) +
         "Q";
}
inline std::string tensor(const Tensor& t = {}) {
  return call(name("torch._utils", "_rebuild_tensor_v2"),
              {storage(t), integer(t.offset), integers(t.size), integers(t.stride), "\x89",
               call(name("collections", "OrderedDict"), {})});
}

template <class T>
std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

// A legacy torch file: `body`, then for each key its number of elements and its data.
struct Storage {
  std::string key;
  int64_t elements;
  std::string data;
};
inline std::string legacy_torch(const std::string& body, const std::vector<Storage>& storages) {
  std::string out = pickle("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"s);
  out += pickle(integer(1001)) + pickle(dict({})) + pickle(body);
  std::string keys = "](", data;
  for (const Storage& s : storages) {
    keys += text(s.key);
    put_number(data, static_cast<uint64_t>(s.elements), 8);
    data += s.data;
  }
  return out + pickle(keys + "e") + data;
}

}  // namespace flowtalk::formats::made
