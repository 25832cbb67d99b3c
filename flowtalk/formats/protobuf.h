// Messages in the wire format of protobuf, field by field; for the readers of this room. Nothing is
// copied, and what lies inside of a field is read by whoever asks for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flowtalk::formats {

// Calls that follow one another give the fields of a message, in the order of the file:
//   for (ProtobufFields fields(bytes, where); fields.next();) use(fields.number());
// Errors begin with `where`, which must outlive it: a field that does not end within the message, a
// number of more than 64 bits, and groups, which no message of today has.
class ProtobufFields {
 public:
  enum class Wire { kVarint = 0, kEight = 1, kBytes = 2, kFour = 5 };

  ProtobufFields(std::string_view message, const std::string& where)
      : rest_(message), where_(where) {}

  bool next();  // false at the end of the message

  uint64_t number() const { return number_; }  // of the field
  Wire wire() const { return wire_; }
  bool is(uint64_t number, Wire wire) const { return number_ == number && wire_ == wire; }
  // Of kVarint; negative numbers as their two's complement.
  uint64_t varint() const { return varint_; }
  // Of the others, without their length.
  std::string_view bytes() const { return bytes_; }

 private:
  std::string_view take(uint64_t count);

  std::string_view rest_;
  const std::string& where_;
  uint64_t number_ = 0, varint_ = 0;
  Wire wire_ = Wire::kVarint;
  std::string_view bytes_;
};

// Takes a varint off the front. Error as above.
uint64_t take_varint(std::string_view& bytes, const std::string& where);

}  // namespace flowtalk::formats
