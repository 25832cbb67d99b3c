// How a moving face is told to other programs, packet by packet. A protocol is a file of its own
// and a row of kProtocols in protocol.cpp; what it sends is a function of the pose, the number of
// the frame and of what stays the same.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/arkit/scores.h"
#include "flowtalk/base/frame_rate.h"

namespace flowtalk::live {

// What VMC's receivers are told: the 52 shapes by one of two spellings, or what every VRM avatar
// has, five vowels, blinks and moods. Never both, for mouths would open twice.
enum class ShapeNames { kPascal, kCamel, kPresets };
// "pascal" (JawOpen), "camel" (jawOpen), "presets" (A, Blink_L, Joy). Error: another word.
std::string text_of(ShapeNames names);
void from_text(const std::string& text, ShapeNames& names);
std::vector<std::string> all_texts(ShapeNames);

// What stays the same while a face is sent.
struct Sending {
  std::string subject = "flowtalk";  // whose face it is, where a protocol says so
  std::string device = {};           // 36 characters; empty: made from the subject
  ShapeNames names = ShapeNames::kPascal;
  float moods = 1;  // of presets: how much of a mood
  FrameRate rate{60, 1};
  double start_s = 0;  // seconds since midnight at frame 0, local time
};

// The longest packet that passes every usual network in one piece.
inline constexpr size_t kMostPacketBytes = 1400;
inline constexpr size_t kMostSubjectBytes = 64;

struct Protocol {
  std::string_view name, summary;
  int port;  // where its receivers listen
  // The packets of a frame, in order, none longer than kMostPacketBytes.
  std::vector<std::string> (*packets)(const arkit::Scored& pose, int64_t frame,
                                      const Sending& sending);
};

std::span<const Protocol> protocols();
// Usage Error, which lists them: no such protocol. `where` names what asked.
const Protocol& protocol_of(std::string_view name, const std::string& where);

// Usage Error: a name that is empty, too long or holds control characters.
void check_subject(const std::string& subject);

}  // namespace flowtalk::live
