#include "flowtalk/live/protocol.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"

namespace flowtalk::live {

// Each in a file of its own.
std::vector<std::string> live_link_packets(const arkit::Scored&, int64_t frame, const Sending&);
std::vector<std::string> vmc_packets(const arkit::Scored&, int64_t frame, const Sending&);
std::vector<std::string> ifacialmocap_packets(const arkit::Scored&, int64_t frame, const Sending&);
std::vector<std::string> ifacialmocap_v2_packets(const arkit::Scored&, int64_t frame,
                                                 const Sending&);

namespace {

constexpr std::array kProtocols = {
    Protocol{"livelink", "Live Link of Unreal, as the app Live Link Face sends it (version 6)",
             11111, live_link_packets},
    Protocol{"vmc", "VMC by OSC: VSeeFace, Warudo, VRM4U, Godot", 39539, vmc_packets},
    Protocol{"ifacialmocap", "text of iFacialMocap: VMagicMirror, VBridger, Blender, Unity", 49983,
             ifacialmocap_packets},
    Protocol{"ifacialmocap2", "the same text with & for -", 49983, ifacialmocap_v2_packets},
};

}  // namespace

std::vector<std::string> all_texts(ShapeNames) { return {"pascal", "camel", "presets"}; }

std::string text_of(ShapeNames names) { return all_texts(names)[static_cast<size_t>(names)]; }

void from_text(const std::string& text, ShapeNames& names) {
  const auto all = all_texts(names);
  const auto found = std::ranges::find(all, text);
  if (found == all.end()) fail("expected pascal, camel or presets, got '{}'", text);
  names = static_cast<ShapeNames>(found - all.begin());
}

std::span<const Protocol> protocols() { return kProtocols; }

const Protocol& protocol_of(std::string_view name, const std::string& where) {
  const auto found = std::ranges::find(kProtocols, name, &Protocol::name);
  if (found != kProtocols.end()) return *found;
  std::vector<std::string> names;
  for (const Protocol& p : kProtocols) names.emplace_back(p.name);
  fail_usage("{}: protocol '{}' is unknown{}; expected one of {}", where, name,
             did_you_mean(std::string(name), names), fmt::join(names, ", "));
}

void check_subject(const std::string& subject) {
  const bool clean = std::ranges::none_of(
      subject, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
  if (clean && !subject.empty() && subject.size() <= kMostSubjectBytes) return;
  fail_usage("{}: expected a name of 1 to {} bytes without control characters, got {} bytes",
             Field("subject"), kMostSubjectBytes, subject.size());
}

}  // namespace flowtalk::live
