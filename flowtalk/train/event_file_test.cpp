// TensorBoard's files, read back by a reader of their own.
#include "flowtalk/train/event_file.h"

#include <gtest/gtest.h>

#include <cstring>
#include <optional>
#include <vector>

#include "flowtalk/base/files.h"
#include "tests/scratch_folder.h"

namespace flowtalk::train {
namespace {

template <class T>
T take(std::string_view& bytes) {
  T value{};
  EXPECT_GE(bytes.size(), sizeof value);
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
  return value;
}

uint64_t take_varint(std::string_view& bytes) {
  uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = take<uint8_t>(bytes);
    value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
}

struct Event {
  double time = 0;
  int64_t step = 0;
  std::string version;
  std::map<std::string, float> values;
};

// The parts of a message: field number and content, numbers as their bytes.
std::vector<std::pair<int, std::string>> fields_of(std::string_view bytes) {
  std::vector<std::pair<int, std::string>> fields;
  while (!bytes.empty()) {
    const auto key = take_varint(bytes);
    size_t size = 0;
    const std::string_view before = bytes;
    if (key % 8 == 0) {
      take_varint(bytes);
      size = before.size() - bytes.size();
      bytes = before;
    } else {
      size = key % 8 == 1 ? 8 : key % 8 == 5 ? 4 : take_varint(bytes);
    }
    fields.emplace_back(static_cast<int>(key / 8), bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return fields;
}

Event parsed(std::string_view bytes) {
  Event event;
  for (const auto& [field, content] : fields_of(bytes)) {
    std::string_view rest = content;
    if (field == 1) event.time = take<double>(rest);
    if (field == 2) event.step = static_cast<int64_t>(take_varint(rest));
    if (field == 3) event.version = content;
    if (field != 5) continue;
    for (const auto& [one, value] : fields_of(content)) {
      EXPECT_EQ(one, 1);
      const auto parts = fields_of(value);
      EXPECT_EQ(parts.size(), 2u);
      std::string_view number = parts[1].second;
      event.values[parts[0].second] = take<float>(number);
    }
  }
  return event;
}

std::vector<Event> read(const std::filesystem::path& path) {
  const std::string file = load_file(path);
  std::string_view bytes = file;
  std::vector<Event> events;
  while (!bytes.empty()) {
    const std::string_view length_bytes = bytes.substr(0, 8);
    const auto length = take<uint64_t>(bytes);
    EXPECT_EQ(take<uint32_t>(bytes), masked(crc32c(length_bytes)));
    const std::string_view data = bytes.substr(0, length);
    bytes.remove_prefix(length);
    EXPECT_EQ(take<uint32_t>(bytes), masked(crc32c(data)));
    events.push_back(parsed(data));
  }
  return events;
}

TEST(EventFile, ChecksumsAreCastagnolis) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);  // of RFC 3720
  // As the files of TensorFlow begin: the masked checksum of the length 24.
  EXPECT_EQ(masked(crc32c(std::string("\x18\0\0\0\0\0\0\0", 8))), 0x224b7fa3u);
}

TEST(EventFile, HoldsEveryValueAtItsStep) {
  const tests::ScratchFolder folder;
  EventFile file(folder);
  file.add(200, {{"train/total", 0.25}, {"valid/lve_mm2", 3}});
  file.add(int64_t{1} << 40, {{"train/total", -1.5}});
  EventFile again(folder);  // of a run that goes on
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  ASSERT_EQ(paths.size(), 2u);
  EXPECT_TRUE(paths[0].filename().string().starts_with("events.out.tfevents."));
  const auto events = read(paths[0]);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].version, "brain.Event:2");
  EXPECT_GT(events[0].time, 1.7e9);
  EXPECT_EQ(events[1].step, 200);
  EXPECT_EQ(events[1].values,
            (std::map<std::string, float>{{"train/total", 0.25f}, {"valid/lve_mm2", 3.0f}}));
  EXPECT_EQ(events[2].step, int64_t{1} << 40);
  EXPECT_EQ(events[2].values.at("train/total"), -1.5f);
}

}  // namespace
}  // namespace flowtalk::train
