// Which kind a file is of, by its name and by its bytes, and what is said of one of another kind.
#include "flowtalk/formats/describe_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/named_arrays.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/npz.h"
#include "flowtalk/formats/safetensors.h"
#include "tests/scratch_folder.h"

namespace flowtalk::formats {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Looks : public ::testing::Test {
 protected:
  fs::path put(const std::string& name, const std::string& bytes) const {
    save_file(folder_ / name, bytes);
    return folder_ / name;
  }
  static std::string refusal(const fs::path& path) {
    try {
      open_arrays(path);
    } catch (const Error& e) {
      return e.what();
    }
    return "was taken";
  }
  tests::ScratchFolder folder_;
};

const std::string kWav = std::string("RIFF\x24\0\0\0WAVEfmt ", 16) + std::string(32, '\0');

TEST_F(Looks, OthersAreCalledWhatTheyAre) {
  const std::pair<std::string, const char*> cases[] = {
      {kWav, "a sound file"},
      {"OggS" + std::string(24, '\0'), "a sound file"},
      {"\xff\xfb\x90" + std::string(24, '\0'), "a sound file"},
      {std::string("\0\0\0\x20", 4) + "ftypisom" + std::string(24, '\0'), "a film"},
      {"\x1a\x45\xdf\xa3" + std::string(24, '\0'), "a film"},
      {"\x89PNG\r\n\x1a\n" + std::string(24, '\0'), "a picture"},
      {"\xff\xd8\xff\xe0" + std::string(24, '\0'), "a picture"},
      {"dear diary,\n", "a text file"}};
  for (const auto& [bytes, look] : cases) {
    for (const char* name : {"x", "x.npy", "x.npz", "x.pkl", "x.safetensors", "x.pt"}) {
      const fs::path path = put(name, bytes);
      EXPECT_EQ(look_of(path), look);
      EXPECT_THAT(refusal(path), HasSubstr(fmt::format("{}: is {}; expected a file of arrays",
                                                       path.string(), look)));
    }
  }
  EXPECT_EQ(look_of(folder_ / "nothing"), "");
  EXPECT_EQ(look_of(put("odd", std::string(40, '\x03'))), "");
  EXPECT_THAT(refusal(folder_ / "odd"), HasSubstr("is of no known kind; expected"));
  EXPECT_THAT(refusal(put("x.json", "{}")), HasSubstr("is a JSON file; expected"));
}

TEST_F(Looks, PlainBytesGoBeforeAWrongName) {
  const auto numbers = tensor::Tensor::full({2, 53}, 1);
  save_npy(folder_ / "x.npy", numbers);
  const std::string npy = load_file(folder_ / "x.npy");
  save_safetensors(folder_ / "x.safetensors", {{"a", numbers}});
  const std::string safetensors = load_file(folder_ / "x.safetensors");
  save_npz(folder_ / "x.npz", {{"a", npy}});
  const std::string zip = load_file(folder_ / "x.npz");
  for (const char* name : {"y.txt", "y.json", "y.npz", "y.pkl", "y.pt", "y"}) {
    EXPECT_EQ(format_of(put(name, npy)), "npy") << name;
    EXPECT_EQ(open_arrays(folder_ / name).size(), 1u) << name;
    EXPECT_EQ(format_of(put(name, safetensors)), "safetensors") << name;
  }
  EXPECT_EQ(format_of(put("y.npz", zip)), "npz");
  EXPECT_EQ(format_of(put("y.pt", zip)), "torch");
  // Text under a name that may be text is left to that name.
  for (const auto& [name, format] :
       {std::pair("y.txt", "index_list"), {"y.csv", "csv"}, {"y.json", "json"}}) {
    EXPECT_EQ(format_of(put(name, "1,2,3\n")), format);
  }
}

TEST_F(Looks, WhatWasReadStaysAndDamageIsDamage) {
  const auto read = [&](const std::string& bytes, std::string_view kinds,
                        bool fails) -> std::string {
    const fs::path path = put("x", bytes);
    try {
      read_as(path, kinds, "a voice", [&] {
        if (fails) fail("{}: is damaged", path.string());
      });
    } catch (const Error& e) {
      return e.what();
    }
    return "was read";
  };
  EXPECT_EQ(read(kWav, "pickle", false), "was read");
  EXPECT_THAT(read(kWav, "pickle", true), HasSubstr("x: is a sound file; expected a voice"));
  EXPECT_THAT(read(kWav, "sound film", true), HasSubstr("x: is damaged"));
  EXPECT_THAT(read(std::string(9, '\x03'), "sound", true), HasSubstr("x: is damaged"));
}

}  // namespace
}  // namespace flowtalk::formats
