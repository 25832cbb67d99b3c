#include "flowtalk/pipeline/live_control.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/pipeline/mood.h"

namespace flowtalk::pipeline {
namespace {

using Values = std::vector<std::variant<double, std::string>>;

constexpr std::array<std::string_view, 4> kKnown = {"/flowtalk/emotion", "/flowtalk/strength",
                                                    "/flowtalk/style", "/flowtalk/temperature"};
constexpr std::string_view kAddresses = "/flowtalk/emotion, strength, style or temperature";
// Anybody may send anything.
constexpr size_t kMostWarnings = 8;
constexpr int kMostPackets = 16;  // at once; more of them wait

const std::string& text_in(const Values& values, size_t at) {
  const auto* text = at < values.size() ? std::get_if<std::string>(&values[at]) : nullptr;
  if (text == nullptr) fail("expected a text in place {}", at + 1);
  return *text;
}

void expect_at_most(size_t count, const Values& values) {
  if (values.size() > count) fail("expected {} values at most, got {}", count, values.size());
}

float number_in(const Values& values, size_t at, double most) {
  const auto* number = at < values.size() ? std::get_if<double>(&values[at]) : nullptr;
  if (number == nullptr) fail("expected a number in place {}", at + 1);
  if (!(*number >= 0 && *number <= most)) fail("expected 0 to {}, got {}", most, *number);
  return static_cast<float>(*number);
}

// What others sent, in a line of ours.
std::string printable(std::string text) {
  constexpr size_t kMost = 60;
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text.size() > kMost ? text.substr(0, kMost) + "..." : text;
}

}  // namespace

live::Place control_place(const std::string& text, const std::string& where) {
  live::Place place;
  const auto refuse = [&](const std::string& what) {
    fail_usage("{} {}: {}; expected a port, such as 9000, or HOST:PORT", where, text, what);
  };
  if (text.find_first_not_of("0123456789") == std::string::npos) {
    place.port = live::read_port(text, refuse);
  } else {
    live::read_place(text, place, refuse);
  }
  if (place.port == 0) refuse("no port is named");
  return place;
}

LiveControl::LiveControl(const live::Place& place, const Conditions& conditions,
                         const stream::StreamOptions& begin, float strength,
                         const Reporter& reporter)
    : listener_(place),
      conditions_(conditions),
      reporter_(reporter),
      emotion_(begin.emotion.empty() ? conditions.only(kNeutral) : begin.emotion),
      strength_(strength) {}

void LiveControl::warn_once(const std::string& text) {
  if (warned_.size() < kMostWarnings && warned_.insert(text).second) reporter_.warn(text);
}

void LiveControl::hear(const live::OscMessage& message) {
  const auto is = [&](std::string_view name) { return message.address == name; };
  const Values& values = message.values;
  expect_at_most(is("/flowtalk/emotion") ? 2 : 1, values);
  if (is("/flowtalk/emotion")) {
    const std::string& text = text_in(values, 0);
    if (text == "all") fail("one face is sent at a time; name one emotion");
    auto weights = parse_mood(text, conditions_).weights;
    if (values.size() > 1) asked_.strength = number_in(values, 1, double{kMaxStrength});
    asked_.emotion = std::move(weights);
  } else if (is("/flowtalk/strength")) {
    asked_.strength = number_in(values, 0, double{kMaxStrength});
  } else if (is("/flowtalk/style")) {
    asked_.style = parse_style_or_average(text_in(values, 0), conditions_);
  } else {
    asked_.temperature = number_in(values, 0, 1);
  }
}

void LiveControl::hear(const std::string& packet) {
  const auto messages = live::read_osc(packet);
  if (!messages) {
    return warn_once(
        fmt::format("a packet that came is no OSC that is known; expected {}", kAddresses));
  }
  for (const live::OscMessage& message : *messages) {
    if (std::ranges::find(kKnown, message.address) == kKnown.end()) {
      if (!std::exchange(strangers_, true)) {
        reporter_.warn(fmt::format("{}: left out, and so are other addresses; expected {}",
                                   printable(message.address), kAddresses));
      }
      continue;
    }
    try {
      hear(message);
    } catch (const Error& e) {
      warn_once(fmt::format("{}: {}; left out", message.address, e.marked()));
    }
  }
}

void LiveControl::apply(stream::Stream& stream, std::chrono::steady_clock::time_point now) {
  for (int i = 0; i < kMostPackets; ++i) {
    const auto packet = listener_.next();
    if (!packet) break;
    hear(*packet);
  }
  if (now - last_ < kSpacing) return;
  Asked asked;
  std::swap(asked, asked_);
  if (asked.emotion || asked.strength) {
    if (asked.emotion) emotion_ = *asked.emotion;
    strength_ = asked.strength.value_or(strength_);
    stream.set_emotion(emotion_, emotion_[kNeutral] >= 1 ? 0 : strength_);
  }
  if (asked.style) stream.set_style(*asked.style);
  if (asked.temperature) stream.set_temperature(*asked.temperature);
  const int made = (asked.emotion || asked.strength ? 1 : 0) + (asked.style ? 1 : 0) +
                   (asked.temperature ? 1 : 0);
  if (made > 0) last_ = now;
  changes_ += made;
}

}  // namespace flowtalk::pipeline
