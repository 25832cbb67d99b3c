// Motion for other programs. A format is a file of its own, export_NAME.cpp, and a row of
// kExporters in export.cpp.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/arkit/gains.h"
#include "flowtalk/arkit/presets.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/frame_rate.h"
#include "flowtalk/base/reporter.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/motion/motion.h"
#include "flowtalk/pipeline/face_choice.h"
#include "flowtalk/pipeline/motion_choice.h"
#include "flowtalk/pipeline/sound_beside.h"

namespace flowtalk::pipeline {

// What only some formats have a use for; the others do not know these options.
enum Takes : unsigned {
  kTakesMesh = 1,       // whose face it is
  kTakesSound = 2,      // a voice to lie beside the file
  kTakesScores = 4,     // how values of ARKit's shapes are made
  kTakesHead = 8,       // whether the head's turns are written
  kTakesRig = 16,       // how a head is to be moved
  kTakesNames = 32,     // which expressions an avatar has
  kTakesFlame = 64,     // a FLAME face whose motion is solved for ARKit's shapes
  kTakesAvatars = 128,  // somebody's own head
};

// What moves a head that is exported as a rig.
enum class Rig {
  kMorphs,  // ARKit's 52 shapes; the head turns by joints
  kSkin     // the head's own 50 axes; jaw and eyes turn by joints, too
};
// "morphs", "skin" (base/fields.h). Error: another word.
std::string text_of(Rig rig);
void from_text(const std::string& text, Rig& rig);
std::vector<std::string> all_texts(const Rig&);

// Which expressions of an avatar are driven.
enum class AvatarNames {
  kPresets,  // those that every VRM avatar has: vowels, blinks, moods
  kArkit     // the 52, of avatars that have them
};
// "presets", "arkit" (base/fields.h). Error: another word.
std::string text_of(AvatarNames names);
void from_text(const std::string& text, AvatarNames& names);
std::vector<std::string> all_texts(const AvatarNames&);

struct ExportOptions {
  unsigned takes = kTakesMesh;  // of the format; before fields() is called
  FaceOptions face;
  MotionOptions reading;
  std::string params, output, subject, person;
  std::string shape, expression, global, neck, jaw, eyes, pose, transl;
  std::string audio, report;
  arkit::Gain gain = arkit::Gain::kNone;
  bool head = false;
  Rig rig = Rig::kMorphs;
  AvatarNames names = AvatarNames::kPresets;
  float moods = 1;
  std::optional<FrameRate> fps;
  int threads = 0;

  template <class V>
  void fields(V&& field) {
    field("params", params,
          "parameters of the frames: .npy, .npz, .safetensors, .pt, .pkl; see docs/motion.md");
    field("reading", reading, "how motion files are read");
    field("output", output, "the file to write");
    if ((takes & kTakesMesh) != 0) {
      field("face", face, "whose face");
      field("subject", subject, "whose face, by its name in the templates");
      field("person", person, person_help().c_str());
      field("shape", shape, ".npy of up to 300 shape coefficients, for one or all frames");
    }
    if ((takes & kTakesFlame) != 0) {
      field("face", face.face,
            "the FLAME file, of motions with FLAME's expressions (default builtin)");
      field("report", report,
            "of motions with FLAME's expressions: a table of how well each axis is within their "
            "reach, .tsv");
    }
    if ((takes & kTakesScores) != 0) {
      field(
          "gain", gain,
          "arkit: as far as our skin moves, that of ARKit's head is to move (default none: values "
          "as they are)");
    }
    if ((takes & kTakesHead) != 0) {
      field("head", head,
            "write the turns of the head, with the signs that the eyes' have (default: none, as no "
            "recording tells them)");
    }
    if ((takes & kTakesRig) != 0) {
      field("rig", rig,
            "morphs: ARKit's 52 shapes (the default); skin: the head's own axes and a jaw that "
            "turns, exact");
    }
    if ((takes & kTakesNames) != 0) {
      field(
          "names", names,
          "presets: vowels, blinks and moods, which all avatars have (the default); arkit: the 52, "
          "of those that have them");
      field("moods", moods, between(0.0f, 1.0f), arkit::kMoodsHelp);
    }
    if ((takes & kTakesSound) != 0) {
      field("audio", audio, "the voice; it is written beside the file, under the same name");
    }
    field("expression", expression, ".npy (T, N) of up to 100 expression coefficients");
    field("global", global, ".npy (T, 3): the whole head");
    field("neck", neck, ".npy (T, 3)");
    field("jaw", jaw, ".npy (T, 3)");
    field("eyes", eyes, ".npy (T, 6)");
    field("pose", pose,
          ".npy (T, 15): global, neck, jaw, left and right eye in one; or (T, 6): global, jaw");
    field("transl", transl, ".npy (T, 3), metres");
    field(
        "fps", fps, between(1.0, 240.0),
        "frames per second of what is written (default: those of the motion; arkit: 60, vrma: 30)");
    field("threads", threads, between(0, 256), "threads to compute with; 0 takes all");
  }
};

// What an exporter is given.
struct Scene {
  const face::Face& face;
  motion::Motion motion;     // its shape is left out where `shape` stands for it
  std::vector<float> shape;  // one for all frames; empty: that of the motion
  ThreadPool& pool;
  const ExportOptions& options;
  const avatar::Avatar* avatar = nullptr;  // the face is its
};
struct Exporter {
  std::string_view name, summary, ending;
  void (*write)(const Scene& scene, const std::filesystem::path& file, const Reporter& reporter);
  unsigned takes = kTakesMesh;
  bool at_rest = false;      // without a motion it writes the face at rest
  double rate_hz = 0;        // of what is written, where nobody asks for another; 0: of the motion
  bool first_frame = false;  // it holds no other
};
std::span<const Exporter> exporters();

// Among those that tell faces by ARKit's names, the one of this ending: "take.csv"; null: none.
const Exporter* exporter_named(const std::filesystem::path& file);
// ".csv, .json or .glb": their endings.
std::string export_endings();
// The face of a performance that goes to `file`, of a model that moves these axes. Usage Error: the
// format cannot tell of it, or the model does not move it.
ChosenFace face_to_export(const Exporter& exporter, const FaceOptions& options, motion::Axes axes,
                          const std::filesystem::path& file);
// A performance for another program.
struct ExportedTake {
  const ChosenFace& face;
  const motion::Motion& motion;
  double rate_hz = 0;  // of what is written; 0: as the exporter prefers it, else the motion's
  const SoundBeside* sound = nullptr;  // written, too
};
// Returns the frames that were written.
int64_t export_as(const Exporter& exporter, const ExportedTake& take,
                  const std::filesystem::path& file, const Reporter& reporter);

struct Exported {
  int64_t frames = 0, vertices = 0;  // vertices 0: the format has none
  double rate_hz = 0;
  std::filesystem::path sound;  // beside the file; "": none
};
// Error: no such format; whatever the files have wrong.
Exported export_motion(const std::string& format, ExportOptions options, const Reporter& reporter);

}  // namespace flowtalk::pipeline
