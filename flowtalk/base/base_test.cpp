#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "flowtalk/base/apart.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/folder_lock.h"
#include "flowtalk/base/interruption.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/base/words.h"
#include "tests/scratch_folder.h"

namespace flowtalk {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

template <class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

TEST(Rng, PhiloxKnownAnswer) {  // the zero vector of Random123's kat_vectors
  const auto words = philox({0, 0, 0, 0}, {0, 0});
  EXPECT_EQ(words, (std::array<uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
}

TEST(Rng, NormalHasUnitVarianceAndDependsOnEveryAddressPart) {
  double sum = 0, squares = 0;
  constexpr int kCount = 20000;
  for (uint32_t i = 0; i < kCount; ++i) {
    const double x = noise_normal(7, 0, i, 3);
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kCount, 0, 0.03);
  EXPECT_NEAR(squares / kCount, 1, 0.04);
  const float here = noise_normal(1, 2, 3, 4);
  EXPECT_NE(here, noise_normal(2, 2, 3, 4));
  EXPECT_NE(here, noise_normal(1, 3, 3, 4));
  EXPECT_NE(here, noise_normal(1, 2, 4, 4));
  EXPECT_NE(here, noise_normal(1, 2, 3, 5));
}

TEST(Rng, ForksAreIndependentOfTheParentsPosition) {
  Rng a(5), b(5);
  a.next_u32();
  EXPECT_EQ(a.fork("voice").next_u64(), b.fork("voice").next_u64());
  EXPECT_NE(a.fork("voice").next_u64(), b.fork("face").next_u64());
}

TEST(ThreadPool, EachItemOnceAndErrorsComeBack) {
  ThreadPool pool(3);
  for (int repeat = 0; repeat < 50; ++repeat) {
    std::vector<std::atomic<int>> hits(101);
    pool.parallel_for(101, [&](int64_t i) { ++hits[static_cast<size_t>(i)]; });
    for (const auto& hit : hits) EXPECT_EQ(hit.load(), 1);
  }
  EXPECT_THROW(pool.parallel_for(9,
                                 [](int64_t i) {
                                   if (i == 4) fail("item {}", i);
                                 }),
               Error);
}

struct Inner {
  int steps = 8;
  template <class V>
  void fields(V&& field) {
    field("steps", steps, between(1, 64), "steps");
  }
};
struct Outer {
  float rate = 0.5f;
  Inner flow;
  std::vector<int> widths = {1, 2};
  template <class V>
  void fields(V&& field) {
    field("rate", rate, between(0.0f, 1.0f), "rate");
    field("flow", flow, "the flow");
    field("widths", widths, "widths");
  }
};

TEST(Fields, RoundTripAndSet) {
  Outer config;
  set_field(config, "flow.steps=12");
  set_field(config, "widths=[3,4,5]");
  Outer back;
  from_json(to_json(config), back, "test");
  EXPECT_EQ(back.flow.steps, 12);
  EXPECT_EQ(back.widths, (std::vector<int>{3, 4, 5}));
}

TEST(Fields, ErrorsNameTheFieldAndTheNearestName) {
  Outer c;
  const auto read = [&](const char* text) {
    return message_of([&] { from_json(parse_json(text, "f.json"), c, "f.json"); });
  };
  EXPECT_THAT(read(R"({"flow":{"step":3}})"), HasSubstr("did you mean 'steps'"));
  EXPECT_THAT(read(R"({"flow":{"steps":99}})"), HasSubstr("f.json.flow.steps: expected between 1"));
  EXPECT_THAT(read(R"({"rate":"x"})"), HasSubstr("expected a number"));
  EXPECT_THAT(read(R"({"flow":{"steps":2.5}})"), HasSubstr("whole number"));
  EXPECT_THAT(read("{"), HasSubstr("not valid JSON"));
  EXPECT_THAT(message_of([&] { set_field(c, "flow.stepz=1"); }), HasSubstr("steps"));
}

TEST(Fields, NothingWrapsRoundsOrOverflowsSilently) {
  Outer c;
  const auto read = [&](const std::string& text) {
    return message_of([&] { from_json(parse_json(text, "f.json"), c, "f.json"); });
  };
  EXPECT_THAT(read(R"({"flow":{"steps":4294967304}})"), HasSubstr("f.json.flow.steps: expected"));
  EXPECT_THAT(read(R"({"flow":{"steps":true}})"), HasSubstr("whole number"));
  EXPECT_THAT(read(R"({"widths":[1,2.5]})"), HasSubstr("f.json.widths[1]: expected a whole"));
  EXPECT_THAT(read(R"({"widths":[18446744073709551615]})"), HasSubstr("widths[0]: expected"));
  EXPECT_THAT(read(R"({"widths":3})"), HasSubstr("expected a list"));
  EXPECT_THAT(read(R"({"rate":1e300})"), HasSubstr("f.json.rate: expected a number"));
  EXPECT_THAT(read(R"({"rate":1e400})"), HasSubstr("a number is too large"));
  EXPECT_THAT(read(std::string(100000, '[')), HasSubstr("levels deep"));
  EXPECT_THAT(read(R"({"rate":1,"flow":{"steps":3,"steps":4}})"),
              HasSubstr("the key \"steps\" stands twice"));
  EXPECT_EQ(parse_json(R"([{"a":1,"b":{"a":2}},{"a":3}])", "f.json")[0]["b"]["a"], 2);
  EXPECT_THAT(message_of([&] { set_field(c, "rate=1\xf1"); }), HasSubstr("expected a number"));
  EXPECT_THAT(message_of([&] { set_field(c, "rate=1e999"); }), HasSubstr("expected a number"));
}

TEST(Error, IsOneLineWhateverAFileHolds) {
  EXPECT_THAT(message_of([] { fail("{}: unknown key", "a\nb\x1b[2J\x7f"); }),
              testing::StrEq("a?b?[2J?: unknown key"));
}

TEST(Error, NamesFieldsPlainlyAndLetsOthersSpellThem) {
  try {
    with_context("a.npy",
                 [] { fail_usage("{} {}: expected {}", Field("max_cut"), 3, Field("x")); });
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "a.npy: max_cut 3: expected x");
    const auto flag = [](std::string_view name) { return "--" + std::string(name); };
    EXPECT_EQ(spell_fields(e.marked(), flag), "a.npy: --max_cut 3: expected --x");
    EXPECT_EQ(e.exit_code(), 2);
  }
  EXPECT_EQ(spell_fields("a \x0e", [](std::string_view) { return "?"; }), "a ?");
}

TEST(Error, BytesOfAFileAreNoFields) {
  EXPECT_STREQ(Error("a\x0f"
                     "b\x0e"
                     "c\n\x0e\x0f")
                   .what(),
               "a?b?c???");
  EXPECT_STREQ(Error("\x0e"
                     "a\tb\x0f")
                   .what(),
               "?a?b?");
}

struct RangedOptions {
  int samples = 1;
  std::optional<double> strength;
  template <class V>
  void fields(V&& field) {
    field("num_samples", samples, between(1, 1000), "how many");
    field("strength", strength, between(0.0, 1.25), "how strong");
  }
};

TEST(Fields, RangesOfOptionsAreCheckedByName) {
  check_ranges(RangedOptions{});
  EXPECT_EQ(message_of([] {
              check_ranges(RangedOptions{0, {}});
            }),
            "num_samples 0: expected between 1 and 1000");
  EXPECT_EQ(message_of([] {
              check_ranges(RangedOptions{1, NAN});
            }),
            "strength nan: expected between 0 and 1.25");
}

TEST(Files, NothingHalfWrittenStays) {
  const tests::ScratchFolder folder;
  save_file(folder / "a.txt", "hello");
  EXPECT_EQ(load_file(folder / "a.txt"), "hello");
  { const PartialOutput dropped(folder / "b.txt"); }
  {
    const PartialOutput dropped(folder / "b.txt");
    save_file(dropped.path(), "half");
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 1);
  EXPECT_THAT(message_of([&] { load_file(folder / "none"); }), HasSubstr("no such file"));
  EXPECT_THAT(message_of([&] { load_file(folder); }), HasSubstr("is a folder"));
  EXPECT_THAT(message_of([&] { load_file(folder / "a.txt", 3); }), HasSubstr("at most 3"));
  const std::string pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 7\n";
  save_file(folder / "large.bin", pointer);
  EXPECT_THAT(
      message_of([&] { load_file(folder / "large.bin"); }),
      HasSubstr("is a pointer of git-lfs, not the file itself (7 bytes); run `git lfs pull` "
                "in " +
                folder.path().string()));
  save_file(folder / "large.bin", pointer + std::string(2000, ' '));
  EXPECT_EQ(load_file(folder / "large.bin").size(), pointer.size() + 2000);
}

TEST(Files, AFolderReplacesTheOldOneAsAWhole) {
  const tests::ScratchFolder folder;
  for (const char* name : {"one.txt", "two.txt"}) {
    PartialOutput output(folder / "checkpoint");
    save_file(output.path() / name, name);
    output.commit();
  }
  EXPECT_FALSE(fs::exists(folder / "checkpoint" / "one.txt"));
  EXPECT_EQ(load_file(folder / "checkpoint" / "two.txt"), "two.txt");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 1);
}

TEST(Outputs, FoldersThatWillBeMadeAreNotedOnce) {
  const tests::ScratchFolder there;
  std::vector<std::string> notes;
  Reporter reporter;
  reporter.note = [&](const std::string& text) { notes.push_back(text); };
  note_new_folders({there / "x.npy", "x.npy", "", there / "none/a.npy", there / "none/b.npy"},
                   reporter);
  EXPECT_EQ(notes, std::vector<std::string>{"makes the folder " + (there / "none").string()});
}

TEST(Conditions, NamesNumbersMixes) {
  const Conditions& c = default_conditions();
  EXPECT_EQ(parse_emotion("angry", c), 6);
  EXPECT_EQ(parse_emotion("6", c), 6);
  for (const auto& [word, emotion] : {std::pair{"Happy", 1},
                                      {"SAD", 2},
                                      {"joy", 1},
                                      {"Sadness", 2},
                                      {"anger", 6},
                                      {"fearful", 4},
                                      {"disgust", 5}}) {
    EXPECT_EQ(parse_emotion(word, c), emotion) << word;
  }
  EXPECT_EQ(parse_level("High", c), 2);
  EXPECT_EQ(parse_style("w009", c), parse_style("W009", c));
  EXPECT_EQ(parse_level("high", c), 2);
  EXPECT_EQ(parse_style("W029", c), 31);
  EXPECT_THAT(message_of([&] { parse_emotion("hapy", c); }), HasSubstr("did you mean 'happy'"));
  EXPECT_THAT(message_of([&] { parse_emotion("8", c); }), HasSubstr("0-7"));
  EXPECT_THAT(message_of([&] { parse_style("M004", c); }), HasSubstr("W029"));
  for (const char* id : {"M032", "M033", "M034", "M035", "M037", "M039", "M040", "M041", "M042",
                         "W033", "W035", "W036", "W037", "W038", "W040"}) {
    EXPECT_TRUE(is_subject_without_style(id));
    EXPECT_THAT(message_of([&] { parse_style(id, c); }), HasSubstr("without a speaking"));
  }
  const auto mix = parse_emotion_mix("happy:3,surprised:1", c);
  ASSERT_EQ(mix.size(), 8u);
  EXPECT_FLOAT_EQ(mix[1], 0.75f);
  EXPECT_FLOAT_EQ(mix[3], 0.25f);
  EXPECT_THAT(message_of([&] { parse_emotion_mix("happy:x", c); }), HasSubstr("NAME:WEIGHT"));
  EXPECT_THAT(message_of([&] { parse_emotion_mix("happy:0", c); }), HasSubstr("zero"));
}

TEST(Conditions, AreThoseOf3DMeadUnlessAFileSaysOthers) {
  Conditions c;
  EXPECT_EQ(c.emotions.size(), 8u);
  EXPECT_EQ(c.levels, (std::vector<std::string>{"low", "medium", "high"}));
  EXPECT_EQ(c.styles.size(), 32u);
  EXPECT_EQ(c.usual_level(), 1);
  EXPECT_EQ(c.strength_of(0), 1.0f / 3);
  EXPECT_EQ(c.strength_of(2), 1);
  from_json(Json{{"emotions", {"neutral", "proud"}}, {"levels", {"mild", "wild"}}}, c, "c.json");
  EXPECT_EQ(c.styles.size(), 32u);
  EXPECT_EQ(parse_emotion("proud", c), 1);
  EXPECT_EQ(c.only(1), (std::vector<float>{0, 1}));
  EXPECT_EQ(c.usual_level(), 0);
  EXPECT_EQ(c.strength_of(0), 0.5f);
  EXPECT_THAT(message_of([&] { parse_emotion("happy", c); }), HasSubstr("neutral proud or 0-1"));
  EXPECT_TRUE(valence_arousal("happy").has_value());
  EXPECT_FALSE(valence_arousal("proud").has_value());
  c.styles = {"M032"};  // of a data set that has it
  EXPECT_EQ(parse_style("M032", c), 0);
}

TEST(Conditions, AreCheckedAtTheDoor) {
  const auto refusal = [](const char* field, const Json& names) {
    return message_of([&] {
      Conditions c;
      from_json(Json{{field, names}}, c, "c.json");
    });
  };
  EXPECT_THAT(refusal("emotions", Json::array()), HasSubstr("c.json.emotions: expected 1 to 256"));
  EXPECT_THAT(refusal("styles", Json(std::vector<std::string>(257, "a"))), HasSubstr("got 257"));
  EXPECT_THAT(refusal("emotions", {"neutral", "sad", "sad"}),
              HasSubstr("c.json.emotions[2]: the name \"sad\" is there twice"));
  for (const char* name : {"", "a b", "a,b", "a:b", "a/b", "-a", "7", "a\n", "\xff"}) {
    EXPECT_THAT(refusal("emotions", {"neutral", name}), HasSubstr("c.json.emotions[1]")) << name;
  }
  EXPECT_THAT(refusal("levels", {"low", "all"}), HasSubstr("another meaning"));
  EXPECT_THAT(refusal("styles", {std::string(65, 'a')}), HasSubstr("at most 64"));
  EXPECT_EQ(refusal("styles", {"7", "FaceTalk_170728_03272_TA"}), "no error");
  EXPECT_THAT(refusal("colours", {"red"}), HasSubstr("unknown key 'colours'"));
}

TEST(Words, AreWhatStandsBetweenSpacesAndCommas) {
  EXPECT_EQ(words_of(" M003, W009 ,,M005"), (std::vector<std::string>{"M003", "W009", "M005"}));
  EXPECT_TRUE(words_of(" ,").empty());
  EXPECT_EQ(parts_of("a,,b,", ','), (std::vector<std::string>{"a", "", "b", ""}));
  EXPECT_EQ(parts_of("", ','), (std::vector<std::string>{""}));
}

TEST(FolderLock, LetsOneProcessIn) {
  const tests::ScratchFolder folder;
  {
    const FolderLock first(folder);
    // A second opening of the file is refused as another process would be.
    EXPECT_THAT(message_of([&] { const FolderLock second(folder); }),
                HasSubstr("process " + std::to_string(getpid()) + " works in this folder"));
  }
  EXPECT_EQ(message_of([&] { const FolderLock again(folder); }), "no error");
  EXPECT_THAT(message_of([&] { const FolderLock none(folder / "absent"); }),
              HasSubstr("cannot be opened"));
}

TEST(FolderLock, LetsOneProcessToEachPart) {
  const tests::ScratchFolder folder;
  const auto refused = [&](const Part& part) {
    return message_of([&] { const FolderLock lock(folder, part); });
  };
  {
    const FolderLock second(folder, {1, 3});
    EXPECT_EQ(refused({0, 3}), "no error");
    EXPECT_THAT(refused({1, 3}), HasSubstr("works in this folder"));
    EXPECT_THAT(refused({}), HasSubstr("works in this folder"));
    EXPECT_EQ(refused({2, 3}), "no error");  // what was refused holds nothing
  }
  const FolderLock whole(folder);
  EXPECT_THAT(refused({1, 3}), HasSubstr("works in this folder"));
}

TEST(Interruption, RemovesWhatIsHalfWritten) {
  const tests::ScratchFolder folder;
  const auto interrupted = [&] {
    clean_up_when_interrupted();
    save_file(folder / "done.txt", "whole");
    const PartialOutput output(folder / "film.mp4");
    std::ofstream(output.path()) << "half";
    if (std::filesystem::exists(output.path())) std::raise(SIGTERM);
  };
  EXPECT_EXIT(interrupted(), ::testing::KilledBySignal(SIGTERM), "");
  EXPECT_TRUE(std::filesystem::exists(folder / "done.txt"));
  EXPECT_FALSE(std::filesystem::exists(folder / "film.mp4.partial"));
}

TEST(Interruption, EndsTheProcessesThatWereStarted) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const auto interrupted = [&] {
    clean_up_when_interrupted();
    const pid_t child = fork();
    if (child == 0) {
      std::signal(SIGTERM, SIG_DFL);
      pause();
    }
    end_with_us(child);
    std::raise(SIGTERM);
  };
  EXPECT_EXIT(interrupted(), ::testing::KilledBySignal(SIGTERM), "");
  close(ends[1]);
  char byte = 0;
  EXPECT_EQ(read(ends[0], &byte, 1), 0);  // nobody holds the other end any more
  close(ends[0]);
}

TEST(PartialOutput, FitsWhereItsNameDoes) {
  const tests::ScratchFolder folder;
  std::string letters;
  while (letters.size() < 260) letters += "\u00e4";
  for (const size_t bytes : {240u, 247u, 248u, 255u}) {
    const fs::path path = folder / (letters.substr(0, 2 * ((bytes - 4) / 2)) + ".npy");
    check_writable(path);
    save_file(path, "x");
    EXPECT_EQ(load_file(path), "x") << bytes;
    PartialOutput left(path);
    EXPECT_TRUE(left.path().string().ends_with(".partial"));
    EXPECT_LE(left.path().filename().string().size(), 255u);
  }
  const fs::path path = folder / std::string(256, 'd');
  for (const auto& f : std::vector<std::function<void()>>{[&] { check_writable(path); },
                                                          [&] { save_file(path, "x"); }}) {
    EXPECT_THAT(message_of(f), HasSubstr("the name is too long, 256 bytes; at most 255"));
  }
}

TEST(Apart, NumbersOfAMessageDoNotRepeatWhatTheyAreComparedWith) {
  EXPECT_EQ(apart(1599.0 / 16000, 0.1, 3), "0.0999");
  EXPECT_EQ(apart(0.02, 0.1, 3), "0.020");
  EXPECT_EQ(apart(0.1, 0.1, 2), "0.10");
  EXPECT_EQ(apart(1.00004, 1, 3), "1.00004");
  EXPECT_EQ(apart(1 + 1e-14, 1, 3), "1.00000000000001");
}

}  // namespace
}  // namespace flowtalk
