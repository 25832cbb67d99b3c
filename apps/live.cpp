// flowtalk live: a voice in, a live face out.
#include "flowtalk/pipeline/live.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "apps/commands.h"
#include "apps/options/bind.h"
#include "apps/options/terminal.h"

namespace flowtalk::apps {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  flowtalk live voice.wav --to livelink\n"
    "  flowtalk live --motion happy.npz --to vmc --to livelink://192.168.1.20:11111\n"
    "  flowtalk live --microphone --to vmc --preview\n"
    "  flowtalk live --microphone --to vmc --control 9000    # OSC: /flowtalk/emotion happy 0.8\n"
    "  arecord -q -f S16_LE -r 16000 | flowtalk live --stdin --to vmc\n"
    "  tts | flowtalk live --stdin --rate 24000 --to ifacialmocap --emotion happy\n"
    "Ctrl-C ends it; the face that is sent last is at rest.\n";

void print(const pipeline::LiveReport& r) {
  fmt::print("{:.2f} s", r.heard_s);
  if (!r.targets.empty()) {
    fmt::print(", {} frames sent to {}", r.frames, fmt::join(r.targets, ", "));
  }
  if (r.refused > 0) fmt::print(", {} of {} packets not taken", r.refused, r.packets);
  if (r.left_out > 0) fmt::print(", {} frames left out", r.left_out);
  fmt::print("\n");
  if (r.gaps > 0) fmt::print("{} gaps in the sound, {:.2f} s of silence\n", r.gaps, r.gap_s);
  if (r.changes > 0) fmt::print("{} changes by OSC\n", r.changes);
  fmt::print("a frame is sent {:.2f} ms after its time (p99 {:.2f})\n", r.behind_ms.p50,
             r.behind_ms.p99);
  if (r.streamed) {
    fmt::print("a step of 80 ms takes {:.2f} ms of a processor (p99 {:.2f})\n", r.step_ms.p50,
               r.step_ms.p99);
    fmt::print(
        "a face is sent {:.0f} ms after its moment (p99 {:.0f}), {:.0f} of them to hear on\n",
        r.age_ms.p50, r.age_ms.p99, r.lookahead_ms);
  }
  if (r.pictures > 0) fmt::print("{} pictures shown\n", r.pictures);
  if (!r.kept.empty()) fmt::print("{}\n", r.kept);
}

// --microphone may stand alone.
Args with_usual_microphone(Args args) {
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i] == "--") break;
    const bool alone = i + 1 == args.size() || args[i + 1].starts_with("-");
    if (args[i] == "--microphone" && alone) {
      args[i] += fmt::format("={}", pipeline::kUsualMicrophone);
    }
  }
  return args;
}

}  // namespace

int live(const Args& args) {
  pipeline::LiveOptions options;
  Command command("flowtalk live", "Sends a live face that speaks with a voice to other programs.",
                  kExamples);
  command.bind(options, {{"voice", "VOICE,--wav-path"}, {"to", "", true}});
  if (!command.parse(with_usual_microphone(args))) return 0;
  const auto report = pipeline::live(options, terminal(command.quiet()));
  if (!command.quiet()) print(report);
  return 0;
}

}  // namespace flowtalk::apps
