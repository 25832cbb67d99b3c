#include "flowtalk/formats/protobuf.h"

#include "flowtalk/base/error.h"

namespace flowtalk::formats {
namespace {

constexpr uint64_t kMostFields = (uint64_t{1} << 29) - 1;  // the limit of the format

}  // namespace

uint64_t take_varint(std::string_view& bytes, const std::string& where) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (bytes.empty()) fail("{}: ends within a number; it is cut off or damaged", where);
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    if (shift == 63 && byte > 1) break;
    value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
  fail("{}: a number of more than 64 bits; the file is damaged", where);
}

std::string_view ProtobufFields::take(uint64_t count) {
  if (count > rest_.size()) {
    fail("{}: field {} of {} bytes, {} are left; it is cut off or damaged", where_, number_, count,
         rest_.size());
  }
  const std::string_view taken = rest_.substr(0, static_cast<size_t>(count));
  rest_.remove_prefix(taken.size());
  return taken;
}

bool ProtobufFields::next() {
  if (rest_.empty()) return false;
  const uint64_t key = take_varint(rest_, where_);
  number_ = key >> 3;
  if (number_ == 0 || number_ > kMostFields) {
    fail("{}: a field of number {}; the file is damaged", where_, number_);
  }
  varint_ = 0;
  bytes_ = {};
  switch (key & 7) {
    case 0:
      wire_ = Wire::kVarint;
      varint_ = take_varint(rest_, where_);
      return true;
    case 1:
      wire_ = Wire::kEight;
      bytes_ = take(8);
      return true;
    case 2:
      wire_ = Wire::kBytes;
      bytes_ = take(take_varint(rest_, where_));
      return true;
    case 5:
      wire_ = Wire::kFour;
      bytes_ = take(4);
      return true;
    default:
      fail("{}: field {} has wire type {}, which is not read; the file is damaged", where_, number_,
           key & 7);
  }
}

}  // namespace flowtalk::formats
