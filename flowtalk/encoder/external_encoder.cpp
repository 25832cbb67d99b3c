#include "flowtalk/encoder/external_encoder.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace flowtalk::encoder {
namespace {

constexpr int64_t kRun = 256;  // values

// FNV-1a, 64 bits, over 8 bytes at a time; the tail byte by byte.
uint64_t hash(uint64_t state, std::string_view bytes) {
  constexpr uint64_t kPrime = 1099511628211u;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    state = (state ^ word) * kPrime;
    state ^= state >> 29;  // so that high bits reach the low ones
  }
  for (const char c : bytes) state = (state ^ static_cast<unsigned char>(c)) * kPrime;
  return state;
}

}  // namespace

void Fingerprint::add(const std::string& name, const tensor::Tensor& tensor) {
  uint64_t state = hash(14695981039346656037u, name + tensor::to_string(tensor.shape()));
  const int64_t size = tensor.size(), run = std::min(kRun, size);
  for (const int64_t begin : {int64_t{0}, (size - run) / 2, size - run}) {
    state = hash(state, {reinterpret_cast<const char*>(tensor.data() + begin),
                         static_cast<size_t>(run) * sizeof(float)});
  }
  entries_[name] = {state, size};
}

std::string Fingerprint::of(const HubertConfig& config) const {
  Json sizes = to_json(config);
  const Json usual = to_json(HubertConfig());
  // Models remember fingerprints from before these fields were there.
  for (const char* later :
       {"normalisation", "num_conv_pos_right", "attention_block", "attention_left", "conv_dilation",
        "conv_past", "rotary_dims", "rotary_rate"}) {
    if (sizes[later] == usual[later]) sizes.erase(later);
  }
  uint64_t state = hash(14695981039346656037u, sizes.dump());
  for (const auto& [name, entry] : entries_) {
    state = hash(state, {reinterpret_cast<const char*>(&entry.hash), sizeof entry.hash});
  }
  return fmt::format("{:016x}", state);
}

int64_t Fingerprint::values() const {
  int64_t sum = 0;
  for (const auto& [name, entry] : entries_) sum += entry.values;
  return sum;
}

}  // namespace flowtalk::encoder
