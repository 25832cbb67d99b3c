// Looks into the JSON of files that others wrote: what is not of the kind that it should be is
// refused by its place, what is absent is told apart from that.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/base/fields.h"

namespace flowtalk::gltf {

// An object of the JSON, which must outlive it. All Errors name the file and the place in it.
class Entry {
 public:
  // Error: no object.
  Entry(const Json& json, std::string where);

  bool has(const char* key) const { return json_->contains(key); }
  const Json& json() const { return *json_; }
  const std::string& where() const { return where_; }

  // What stands under a key. Absent: an empty object, list or text. Error: another kind.
  Entry object(const char* key) const;
  size_t size(const char* key) const;                     // of a list
  Entry item(const char* key, size_t place) const;        // an object of a list
  std::string text(const char* key) const;                // "" also where it is no text
  std::vector<std::string> texts(const char* key) const;  // of a list; "" for what is no text

  // A place in a list of `count`; none where it is absent. Error: no whole number, or beyond it.
  std::optional<size_t> index(const char* key, size_t count) const;
  std::vector<size_t> indices(const char* key, size_t count) const;
  // 0..most. Error: absent or another value.
  size_t number_up_to(const char* key, size_t most) const;
  size_t number_up_to(const char* key, size_t most, size_t if_absent) const;
  // Error: no number, or one beyond what a float holds.
  double number(const char* key, double if_absent) const;
  std::vector<double> numbers(const char* key) const;
  bool flag(const char* key, bool if_absent) const;

 private:
  const Json* find(const char* key) const;
  const Json* list(const char* key) const;
  std::string place(const char* key) const;

  const Json* json_;
  std::string where_;
};

}  // namespace flowtalk::gltf
