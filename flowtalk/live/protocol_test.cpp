// The packets of each protocol, read by readers of their own and against checked samples.
#include "flowtalk/live/protocol.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <numbers>
#include <set>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/live/osc.h"
#include "tests/refusal.h"

namespace flowtalk::live {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;
using tests::refusal;

std::filesystem::path golden() {
  const char* chosen = std::getenv("FLOWTALK_GOLDEN");
  return std::filesystem::path(chosen != nullptr ? chosen : FLOWTALK_GOLDEN_DEFAULT) / "exports";
}

std::vector<std::string> packets(const std::string& protocol, const arkit::Scored& pose,
                                 int64_t frame, const Sending& sending = {}) {
  return protocol_of(protocol, "to").packets(pose, frame, sending);
}

// Every value another one, all of which a float holds.
arkit::Scored counted() {
  arkit::Scored pose;
  for (size_t i = 0; i < pose.scores.size(); ++i) {
    pose.scores[i] = static_cast<float>(i + 1) / 64;
  }
  for (size_t i = 0; i < pose.turns.size(); ++i) {
    pose.turns[i] = (i % 2 == 0 ? 1.0f : -1.0f) * static_cast<float>(i + 1) / 32;
  }
  return pose;
}

// Takes big-endian values off the front of a packet, as a receiver would.
struct Taker {
  std::string_view rest;

  std::string bytes(size_t count) {
    EXPECT_GE(rest.size(), count);
    const std::string taken(rest.substr(0, count));
    rest.remove_prefix(std::min(count, rest.size()));
    return taken;
  }
  uint32_t word() {
    uint32_t value = 0;
    for (const char c : bytes(4)) value = 256 * value + static_cast<unsigned char>(c);
    return value;
  }
  float real() {
    const uint32_t bits = word();
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  std::string padded() {
    std::string text;
    for (bool more = true; more;) {
      const std::string four = bytes(4);
      more = four.find('\0') == std::string::npos && four.size() == 4;
      text += four.c_str();
    }
    return text;
  }
};

struct LiveLinkPacket {
  std::string device, subject;
  int frame = 0, numerator = 0, denominator = 0;
  float sub_frame = 0;
  std::vector<float> values;
};

LiveLinkPacket read_live_link(const std::string& packet) {
  Taker in{packet};
  LiveLinkPacket read;
  EXPECT_EQ(in.bytes(1), std::string(1, '\6'));
  read.device = in.bytes(in.word());
  read.subject = in.bytes(in.word());
  read.frame = static_cast<int>(in.word());
  read.sub_frame = in.real();
  read.numerator = static_cast<int>(in.word());
  read.denominator = static_cast<int>(in.word());
  EXPECT_EQ(in.bytes(1), std::string(1, '\x3d'));
  for (int i = 0; i < 61; ++i) read.values.push_back(in.real());
  EXPECT_TRUE(in.rest.empty());  // receivers count from the end
  return read;
}

TEST(LiveLink, IsTheCheckedSample) {
  if (!std::filesystem::exists(golden())) GTEST_SKIP() << "skipped: no golden data";
  const Json all = parse_json(load_file(golden() / "livelink_v6.json"), "livelink_v6.json");
  const Json& said = all["decoded"];
  arkit::Scored pose;
  for (const auto& [name, value] : said["nonzero_values"].items()) {
    if (const auto shape = arkit::find_shape(name)) {
      pose.scores[*shape] = value.get<float>();
      continue;
    }
    const auto turn = std::ranges::find(arkit::kTurnNames, name);
    ASSERT_NE(turn, arkit::kTurnNames.end()) << name;
    pose.turns[static_cast<size_t>(turn - arkit::kTurnNames.begin())] = value.get<float>();
  }
  Sending sending;
  sending.device = said["device_id"];
  sending.subject = said["subject"];
  sending.rate = {said["rate"][0], said["rate"][1]};
  const double moment = said["frame_number"].get<double>() + said["sub_frame"].get<double>();
  sending.start_s = (moment - 7) / 60;
  EXPECT_THAT(packets("livelink", pose, 7, sending),
              ElementsAre(load_file(golden() / "livelink_v6.bin")));
}

TEST(LiveLink, ReadersFindEveryField) {
  Sending sending;
  sending.subject = "Anna";
  sending.rate = {30000, 1001};
  sending.start_s = 12.5;
  const arkit::Scored pose = counted();
  const auto made = packets("livelink", pose, 3, sending);
  ASSERT_EQ(made.size(), 1u);
  EXPECT_GT(made[0].size(), 266u);  // of what is shorter, Unreal takes no notice
  const LiveLinkPacket read = read_live_link(made[0]);
  EXPECT_THAT(read.device, ::testing::MatchesRegex("[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}"));
  EXPECT_EQ(read.subject, "Anna");
  EXPECT_EQ(read.numerator, 30000);
  EXPECT_EQ(read.denominator, 1001);
  const double moment = 12.5 * 30000 / 1001 + 3;
  EXPECT_EQ(read.frame, static_cast<int>(moment));
  EXPECT_NEAR(read.sub_frame, moment - std::floor(moment), 1e-6);
  for (size_t i = 0; i < 52; ++i) EXPECT_EQ(read.values[i], pose.scores[i]) << i;
  for (size_t i = 0; i < 9; ++i) EXPECT_EQ(read.values[52 + i], pose.turns[i]) << i;
}

TEST(LiveLink, AfterMidnightComesTheFirstFrameAndSubjectsHaveDevices) {
  Sending sending;
  sending.start_s = 86399;
  EXPECT_EQ(read_live_link(packets("livelink", {}, 59, sending)[0]).frame, 86400 * 60 - 1);
  EXPECT_EQ(read_live_link(packets("livelink", {}, 61, sending)[0]).frame, 1);
  const std::string own = read_live_link(packets("livelink", {}, 0)[0]).device;
  EXPECT_EQ(read_live_link(packets("livelink", {}, 9, sending)[0]).device, own);
  sending.subject = "another";
  EXPECT_NE(read_live_link(packets("livelink", {}, 0, sending)[0]).device, own);
}

// What OSC says, message by message: the address, then its values as texts.
std::vector<std::vector<std::string>> read_osc(const std::string& packet) {
  EXPECT_EQ(packet.size() % 4, 0u);
  Taker in{packet};
  EXPECT_EQ(in.padded(), "#bundle");
  EXPECT_EQ(in.word(), 0u);
  EXPECT_EQ(in.word(), 1u);
  std::vector<std::vector<std::string>> messages;
  while (!in.rest.empty()) {
    const std::string message = in.bytes(in.word());
    Taker of{message};
    auto& said = messages.emplace_back();
    said.push_back(of.padded());
    const std::string types = of.padded();
    EXPECT_EQ(types.substr(0, 1), ",");
    for (const char type : types.substr(1)) {
      if (type == 's') said.push_back(of.padded());
      if (type == 'f') said.push_back(fmt::format("{}", of.real()));
      if (type == 'i') said.push_back(fmt::format("{}", of.word()));
    }
    EXPECT_TRUE(of.rest.empty());
  }
  return messages;
}

TEST(Vmc, BundlesAreTheCheckedSample) {
  if (!std::filesystem::exists(golden())) GTEST_SKIP() << "skipped: no golden data";
  const auto message = [](std::string_view address, std::vector<OscValue> values) {
    return osc_message(address, values);
  };
  const std::vector<std::string> messages{
      message("/VMC/Ext/OK", {int32_t{1}}),
      message("/VMC/Ext/T", {0.5f}),
      message("/VMC/Ext/Blend/Val", {"A", 0.5f}),
      message("/VMC/Ext/Blend/Val", {"jawOpen", 0.5f}),
      message("/VMC/Ext/Blend/Val", {"mouthSmileLeft", 0.25f}),
      message("/VMC/Ext/Bone/Pos", {"Head", 0.f, 0.f, 0.f, 0.f, 0.f, 0.f, 1.f}),
      message("/VMC/Ext/Blend/Apply", {})};
  const std::string bytes = load_file(golden() / "vmc_bundle.bin");
  EXPECT_EQ(osc_bundle(messages), bytes);
  std::string hex;
  for (const char c : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  EXPECT_EQ(hex, load_file(golden() / "vmc_bundle.hex").substr(0, hex.size()));
  EXPECT_THAT(read_osc(bytes)[3], ElementsAre("/VMC/Ext/Blend/Val", "jawOpen", "0.5"));
}

TEST(Vmc, AllShapesInBundlesThatPassAndApplyAlone) {
  for (const ShapeNames names : {ShapeNames::kPascal, ShapeNames::kCamel}) {
    Sending sending;
    sending.names = names;
    const arkit::Scored pose = counted();
    const auto made = packets("vmc", pose, 60, sending);
    ASSERT_EQ(made.size(), 3u);
    std::map<std::string, std::string> values;
    std::vector<std::string> others;
    for (size_t i = 0; i < made.size(); ++i) {
      EXPECT_LE(made[i].size(), 1400u);
      for (const auto& message : read_osc(made[i])) {
        if (message[0] != "/VMC/Ext/Blend/Val") {
          others.push_back(message[0]);
        } else {
          ASSERT_EQ(message.size(), 3u);
          EXPECT_TRUE(values.emplace(message[1], message[2]).second) << message[1];
        }
      }
    }
    EXPECT_THAT(others, ElementsAre("/VMC/Ext/OK", "/VMC/Ext/T", "/VMC/Ext/Bone/Pos",
                                    "/VMC/Ext/Blend/Apply"));
    EXPECT_THAT(read_osc(made[2]), ElementsAre(ElementsAre("/VMC/Ext/Blend/Apply")));
    ASSERT_EQ(values.size(), 52u);
    const bool pascal = names == ShapeNames::kPascal;
    EXPECT_EQ(values[pascal ? "EyeBlinkLeft" : "eyeBlinkLeft"], "0.015625");
    EXPECT_EQ(values[pascal ? "TongueOut" : "tongueOut"], "0.8125");
  }
}

TEST(Vmc, PresetsStandInThePlaceOfTheShapes) {
  Sending sending;
  sending.names = ShapeNames::kPresets;
  arkit::Scored pose{};
  pose.scores[arkit::shape("jawOpen")] = 0.6f;
  pose.scores[arkit::shape("eyeBlinkLeft")] = 0.75f;
  const auto made = packets("vmc", pose, 1, sending);
  ASSERT_EQ(made.size(), 2u);
  std::map<std::string, double> values;
  for (const auto& message : read_osc(made[0])) {
    if (message[0] == "/VMC/Ext/Blend/Val") values[message[1]] = std::stod(message[2]);
  }
  std::vector<std::string> names;
  for (const auto& [name, value] : values) names.push_back(name);
  EXPECT_THAT(names, UnorderedElementsAre("A", "I", "U", "E", "O", "Blink_L", "Blink_R", "Joy",
                                          "Angry", "Sorrow", "Surprised"));
  EXPECT_NEAR(values["Blink_L"], 0.75, 1e-6);
  EXPECT_EQ(values["Blink_R"], 0);
  EXPECT_GT(values["A"] + values["O"] + values["E"], 0.4);
  pose.scores[arkit::shape("mouthSmileLeft")] = pose.scores[arkit::shape("mouthSmileRight")] = 0.7f;
  sending.moods = 0.25f;
  const auto fewer = read_osc(packets("vmc", pose, 1, sending)[0]);
  EXPECT_THAT(fewer, ::testing::Contains(ElementsAre("/VMC/Ext/Blend/Val", "Joy", "0.25")));
  EXPECT_THAT(read_osc(made[1]), ElementsAre(ElementsAre("/VMC/Ext/Blend/Apply")));
}

TEST(Vmc, SaysOnceASecondThatAllIsWell) {
  Sending sending;
  sending.rate = {30, 1};
  const auto first = read_osc(packets("vmc", {}, 30, sending)[0]);
  EXPECT_THAT(first[0], ElementsAre("/VMC/Ext/OK", "1"));
  EXPECT_THAT(first[1], ElementsAre("/VMC/Ext/T", "1"));
  EXPECT_EQ(read_osc(packets("vmc", {}, 31, sending)[0])[0][0], "/VMC/Ext/Bone/Pos");
}

TEST(Vmc, HeadsTurnInUnitysAxes) {
  // Towards the person's right, down, crown to the right: one at a time.
  const auto turned = [](size_t turn, float angle) {
    arkit::Scored pose;
    pose.turns[turn] = angle;
    std::vector<double> numbers;
    const auto message = read_osc(packets("vmc", pose, 1)[0])[0];
    for (size_t i = 2; i < message.size(); ++i) numbers.push_back(std::stod(message[i]));
    return numbers;
  };
  const double sine = std::sin(0.2), cosine = std::cos(0.2);
  const auto near = [](double x) { return ::testing::DoubleNear(x, 1e-6); };
  const auto is = [&](double x, double y, double z) {
    return ElementsAre(near(0), near(0), near(0), near(x), near(y), near(z), near(cosine));
  };
  EXPECT_THAT(turned(0, 0.4f), is(0, sine, 0));
  EXPECT_THAT(turned(1, 0.4f), is(sine, 0, 0));
  EXPECT_THAT(turned(2, 0.4f), is(0, 0, -sine));
}

struct TextFace {
  std::map<std::string, int> shapes;
  std::map<std::string, std::vector<double>> turns;
  std::vector<std::string> order;
};

TextFace read_text(const std::string& packet, char joint) {
  TextFace face;
  const size_t middle = packet.find("|=");
  EXPECT_NE(middle, std::string::npos);
  EXPECT_EQ(std::count(packet.begin(), packet.end(), '='), 1);
  EXPECT_EQ(packet.back(), '|');
  std::string word;
  for (const char c : packet.substr(0, middle + 1)) {
    if (c != '|') {
      word += c;
      continue;
    }
    const size_t at = word.find(joint);
    EXPECT_NE(at, std::string::npos) << word;
    face.order.push_back(word.substr(0, at));
    EXPECT_TRUE(face.shapes.emplace(word.substr(0, at), std::stoi(word.substr(at + 1))).second);
    word.clear();
  }
  for (const char c : packet.substr(middle + 2)) {
    if (c != '|') {
      word += c;
      continue;
    }
    const size_t at = word.find('#');
    auto& numbers = face.turns[word.substr(0, at)];
    for (std::string rest = word.substr(at); !rest.empty();) {
      size_t used = 0;
      numbers.push_back(std::stod(rest.substr(1), &used));
      rest = rest.substr(1 + used);
    }
    word.clear();
  }
  return face;
}

TEST(IFacialMocap, SaysWhatTheCheckedSamplesSay) {
  if (!std::filesystem::exists(golden())) GTEST_SKIP() << "skipped: no golden data";
  arkit::Scored pose;
  pose.scores[arkit::shape("eyeBlinkRight")] = 1;
  pose.scores[arkit::shape("jawOpen")] = 0.496f;
  pose.scores[arkit::shape("mouthSmileLeft")] = 0.25f;
  constexpr float kRadians = std::numbers::pi_v<float> / 180;
  const std::array<float, 9> degrees{3.5f, -5.25f, 0, -1, 2, 0, -1, 2, 0};
  for (size_t i = 0; i < 9; ++i) pose.turns[i] = kRadians * degrees[i];
  for (const auto& [name, file, joint] :
       {std::tuple{"ifacialmocap", "ifacialmocap_v1.txt", '-'},
        std::tuple{"ifacialmocap2", "ifacialmocap_v2.txt", '&'}}) {
    const TextFace sample = read_text(load_file(golden() / file), joint);
    ASSERT_EQ(sample.shapes.size(), 52u);
    const auto made = packets(name, pose, 0);
    ASSERT_EQ(made.size(), 1u);
    EXPECT_LE(made[0].size(), 1400u);
    const TextFace face = read_text(made[0], joint);
    EXPECT_EQ(face.order, sample.order);
    EXPECT_EQ(face.shapes, sample.shapes);
    ASSERT_EQ(face.turns.size(), sample.turns.size());
    for (const auto& [joint_name, numbers] : sample.turns) {
      const auto own = face.turns.find(joint_name);
      ASSERT_NE(own, face.turns.end()) << joint_name;
      EXPECT_THAT(own->second, ::testing::Pointwise(::testing::DoubleNear(1e-4), numbers));
    }
  }
}

TEST(IFacialMocap, IsNeverTwiceTheSame) {
  const auto one = packets("ifacialmocap", counted(), 4)[0],
             two = packets("ifacialmocap", counted(), 5)[0];
  EXPECT_NE(one, two);
  EXPECT_EQ(read_text(one, '-').shapes, read_text(two, '-').shapes);
  EXPECT_NEAR(read_text(one, '-').turns["head"][2], read_text(two, '-').turns["head"][2], 2e-4);
}

TEST(Protocols, EveryOneFitsAPacketAndHasAPort) {
  std::set<std::string_view> names;
  arkit::Scored wild;
  wild.scores.fill(1);
  wild.turns.fill(-3.1415f);
  for (const Protocol& protocol : protocols()) {
    EXPECT_TRUE(names.insert(protocol.name).second);
    EXPECT_GT(protocol.port, 1023);
    Sending sending;
    sending.subject = std::string(kMostSubjectBytes, 'x');
    for (const auto& packet : protocol.packets(wild, 0, sending)) {
      EXPECT_LE(packet.size(), kMostPacketBytes) << protocol.name;
    }
    EXPECT_EQ(protocol.packets(wild, 8, sending), protocol.packets(wild, 8, sending));
  }
}

TEST(Protocols, RefuseWhatTheyDoNotKnow) {
  EXPECT_THAT(refusal([] { protocol_of("livelnk", "to livelnk"); }),
              HasSubstr("to livelnk: protocol 'livelnk' is unknown (did you mean 'livelink'?)"));
  EXPECT_THAT(refusal([] { check_subject(""); }), HasSubstr("subject: expected a name"));
  EXPECT_THAT(refusal([] { check_subject("a\nb"); }), HasSubstr("control characters"));
  EXPECT_THAT(refusal([] { check_subject(std::string(65, 'a')); }), HasSubstr("got 65 bytes"));
  EXPECT_EQ(refusal([] { check_subject("Mrs. \xc3\x84"); }), "was taken");
  ShapeNames names{};
  EXPECT_THAT(refusal([&] { from_text("snake", names); }),
              HasSubstr("expected pascal, camel or presets"));
  from_text("camel", names);
  EXPECT_EQ(names, ShapeNames::kCamel);
}

}  // namespace
}  // namespace flowtalk::live
