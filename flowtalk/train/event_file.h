// Scalars in TensorBoard's files: records of length, checksums and a protocol buffer, as
// tensorflow/core/lib/io/record_writer and event.proto define them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

namespace flowtalk::train {

class EventFile {
 public:
  // A new file events.out.tfevents.SECONDS.HOST in the folder. Error: it cannot be written.
  explicit EventFile(const std::filesystem::path& folder);
  // One event: every value under its tag, at a step of training.
  void add(int64_t step, const std::map<std::string, double>& values);

 private:
  void write(const std::string& event);
  std::filesystem::path path_;
  std::ofstream out_;
};

// CRC-32C (Castagnoli), and how records store it: rotated, so that checksums of checksums differ.
uint32_t crc32c(std::string_view bytes);
uint32_t masked(uint32_t crc);

}  // namespace flowtalk::train
