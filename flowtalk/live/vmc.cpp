// VMC by OSC, as a performer sends it: the 52 shapes by name, or the presets of VRM, the head, and
// once a second that all is well. What changed is applied by a message of its own, which comes
// last.
#include <array>
#include <cmath>

#include "flowtalk/arkit/presets.h"
#include "flowtalk/face/head_angles.h"
#include "flowtalk/live/osc.h"
#include "flowtalk/live/protocol.h"

namespace flowtalk::live {
namespace {

struct Quaternion {
  double x, y, z, w;
};

// Of a turn of less than half a circle about every axis, as heads turn.
Quaternion quaternion_of(const face::Matrix3& r) {
  const double w = 0.5 * std::sqrt(std::max(0.0, 1 + r[0] + r[4] + r[8]));
  const double scale = w > 1e-6 ? 0.25 / w : 0;
  return {scale * (r[7] - r[5]), scale * (r[2] - r[6]), scale * (r[3] - r[1]), w};
}

// In Unity's axes, which are left-handed: x is the other way, so turns about y and z are too.
std::string head_message(const arkit::Scored& pose) {
  const Quaternion q = quaternion_of(face::rotation_of(arkit::head_of(pose.turns)));
  const std::array<OscValue, 8> values{"Head",
                                       0.0f,
                                       0.0f,
                                       0.0f,
                                       static_cast<float>(q.x),
                                       static_cast<float>(-q.y),
                                       static_cast<float>(-q.z),
                                       static_cast<float>(q.w)};
  return osc_message("/VMC/Ext/Bone/Pos", values);
}

std::string shape_message(std::string_view name, float weight) {
  const std::array<OscValue, 2> value{name, weight};
  return osc_message("/VMC/Ext/Blend/Val", value);
}

// As VRM 0.x names the presets; what it has no name for as receivers of VRM 1.0 spell it.
constexpr std::array<std::string_view, arkit::kPresetNames.size()> kVrm0Names{
    "A", "I", "U", "E", "O", "Blink_L", "Blink_R", "Joy", "Angry", "Sorrow", "Surprised"};

void add_shapes(const arkit::Scores& scores, const Sending& sending,
                std::vector<std::string>& messages) {
  const ShapeNames names = sending.names;
  if (names == ShapeNames::kPresets) {
    const arkit::Presets presets = arkit::presets_of(scores, sending.moods);
    for (size_t i = 0; i < presets.size(); ++i) {
      messages.push_back(shape_message(kVrm0Names[i], presets[i]));
    }
    return;
  }
  for (size_t i = 0; i < arkit::kShapes; ++i) {
    const std::string pascal = arkit::pascal(arkit::kNames[i]);
    const bool is_pascal = names == ShapeNames::kPascal;
    messages.push_back(
        shape_message(is_pascal ? std::string_view(pascal) : arkit::kNames[i], scores[i]));
  }
}

// Bundles that hold these messages in order, as few as their length allows.
std::vector<std::string> bundled(const std::vector<std::string>& messages) {
  std::vector<std::string> bundles, current;
  size_t bytes = kOscBundleBytes;
  for (const std::string& message : messages) {
    const size_t added = kOscElementBytes + message.size();
    if (bytes + added > kMostPacketBytes) {
      bundles.push_back(osc_bundle(current));
      current.clear();
      bytes = kOscBundleBytes;
    }
    current.push_back(message);
    bytes += added;
  }
  bundles.push_back(osc_bundle(current));
  return bundles;
}

}  // namespace

std::vector<std::string> vmc_packets(const arkit::Scored& pose, int64_t frame,
                                     const Sending& sending) {
  std::vector<std::string> messages;
  const double rate = sending.rate.hz(), at_s = static_cast<double>(frame) / rate;
  if (frame % std::max<int64_t>(1, std::llround(rate)) == 0) {
    const std::array<OscValue, 1> well{int32_t{1}}, time{static_cast<float>(at_s)};
    messages.push_back(osc_message("/VMC/Ext/OK", well));
    messages.push_back(osc_message("/VMC/Ext/T", time));
  }
  messages.push_back(head_message(pose));
  add_shapes(pose.scores, sending, messages);
  std::vector<std::string> packets = bundled(messages);
  const std::array apply{osc_message("/VMC/Ext/Blend/Apply", {})};
  packets.push_back(osc_bundle(apply));
  return packets;
}

}  // namespace flowtalk::live
