#include "flowtalk/pipeline/film.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/video/writer.h"

namespace flowtalk::pipeline {
namespace fs = std::filesystem;

video::Soundtrack sound_of(std::span<const fs::path> voices, double pause_s,
                           const audio::Audio& heard, const Reporter& reporter) {
  try {
    return video::load_soundtrack(voices, pause_s);
  } catch (const Error& e) {
    reporter.warn(fmt::format("{}; the film gets the sound that was heard, mono at {} Hz",
                              e.marked(), heard.rate_hz));
    return video::soundtrack_of(heard);
  }
}

void warn_of_drawing(const Stage& stage, const Reporter& reporter) {
  for (const std::string& remark : stage.face_remarks()) reporter.warn(remark);
  const auto texts = stage.texts_in_boxes();
  if (texts.empty()) return;
  reporter.warn(fmt::format("'{}': letters beyond ASCII are drawn as boxes; spell it without them",
                            texts.front()));
}

void save_film(Stage& stage, const fs::path& path, const std::optional<video::Soundtrack>& sound,
               const FilmOptions& options, const Reporter& reporter) {
  warn_of_drawing(stage, reporter);
  video::VideoOptions how;
  how.width = stage.width();
  how.height = stage.height();
  how.crf = options.crf;
  how.preset = options.preset;
  how.rate_numerator = stage.rate().numerator;
  how.rate_denominator = stage.rate().denominator;
  how.transparent = stage.transparent();
  video::VideoWriter writer(path, how, sound);
  const Advance advance = reporter.begin("render", stage.frames(), "frames");
  for (int64_t t = 0; t < stage.frames(); ++t) {
    writer.add(stage.draw(t));
    advance(1, "");
  }
  writer.finish();
}

void save_frames(Stage& stage, const fs::path& folder, const Reporter& reporter) {
  warn_of_drawing(stage, reporter);
  PartialOutput output(folder);
  fs::create_directory(output.path());
  const Advance advance = reporter.begin("render", stage.frames(), "frames");
  // Drawing a picture takes all threads; packing takes one each.
  const int64_t at_once = std::max(4, 2 * stage.pool().threads());
  std::vector<render::Image> drawn;
  for (int64_t first = 0; first < stage.frames(); first += at_once) {
    drawn.clear();
    for (int64_t t = first; t < std::min(stage.frames(), first + at_once); ++t) {
      drawn.push_back(stage.draw(t));
    }
    stage.pool().parallel_for(static_cast<int64_t>(drawn.size()), [&](int64_t i) {
      render::save_png(output.path() / fmt::format("{:05}.png", first + i),
                       drawn[static_cast<size_t>(i)]);
    });
    advance(static_cast<int64_t>(drawn.size()), "");
  }
  output.commit();
}

}  // namespace flowtalk::pipeline
