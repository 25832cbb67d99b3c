#include "flowtalk/pipeline/score_take.h"

#include <fmt/format.h>

#include "flowtalk/arkit/flame_shapes.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/face/expression_axes.h"

namespace flowtalk::pipeline {
namespace {

constexpr double kFar_mm = 1;  // lips that should be shut

void save_report(const arkit::FlameShapes& shapes, const std::string& path) {
  std::string text = "axis\tcoverage\tsize_mm\tmissed_mm\tused\n";
  for (const arkit::FlameAxis& axis : shapes.axes()) {
    text += fmt::format("{}\t{:.3f}\t{:.3f}\t{:.3f}\t{}\n", face::kExpressionAxes[axis.axis],
                        axis.coverage, axis.size_mm, axis.missed_mm, axis.used ? "yes" : "no");
  }
  save_file(path, text);
}

motion::Motion on_builtin(const Scene& scene, const Reporter& reporter) {
  if (scene.face.axes != motion::Axes::kFlame) {
    fail(
        "the motion has FLAME's expressions, which ARKit's shapes are solved for on the face that "
        "they move; give {} its FLAME file, such as generic_model.pkl",
        Field("face"));
  }
  const arkit::FlameShapes shapes(scene.face, scene.motion.expression.width);
  arkit::FlameFit fit;
  motion::Motion made = shapes.on_builtin(scene.motion, fit);
  (shapes.all_used() ? reporter.note : reporter.warn)(shapes.reach());
  (fit.worst_gap_mm > kFar_mm ? reporter.warn : reporter.note)(fit.text());
  if (!scene.options.report.empty()) save_report(shapes, scene.options.report);
  return made;
}

}  // namespace

arkit::Take scores_of(const Scene& scene, const Reporter& reporter) {
  const bool flame = scene.motion.axes == motion::Axes::kFlame;
  const motion::Motion motion = flame ? on_builtin(scene, reporter) : scene.motion;
  arkit::Take take = arkit::take_of(motion, scene.options.gain);
  tell(take.cut, take.frames(), reporter);
  return take;
}

void tell(const arkit::Cut& cut, int64_t frames, const Reporter& reporter) {
  const std::string text = cut.text(frames);
  if (!text.empty()) (cut.is_seen() ? reporter.warn : reporter.note)(text);
}

}  // namespace flowtalk::pipeline
