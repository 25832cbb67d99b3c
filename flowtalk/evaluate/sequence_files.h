// Recorded and predicted sequences on disk: which file belongs to which, and their vertices.
//
// A folder holds one sequence per file of one array, named by the file's stem, and per file whose
// arrays are the parts of one motion (motion/names.h); or any number of them in other files of
// arrays, named by their arrays. NAME.gt or NAME_gt is ground truth only, NAME.pred or NAME_pred a
// prediction only, so that one folder may hold both. An array holds
//   vertices    (T, V, 3), (T, 3V); several samples (S, T, V, 3), (S, T, 3V)
//   parameters  (T, W), several samples (S, T, W), W = 403, 353 or 53
// A number beside them that is called after a rate ("fps") is that of the file's arrays.
// Several samples may also be NAME_sample0, NAME_sample1, ... or NAME_0, NAME_1, ..., or, as
// FaceFormer and its successors name what they predict in the style of each subject,
// NAME_condition_SUBJECT.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "flowtalk/evaluate/metrics.h"
#include "flowtalk/face/face.h"
#include "flowtalk/formats/array.h"
#include "flowtalk/motion/motion_file.h"

namespace flowtalk::evaluate {

// One array of a folder, read when it is asked for and borrowed from the mapped file; or the arrays
// that are one motion together.
struct StoredArray {
  std::string name;   // of the sequence, with what marks the sample
  std::string where;  // for messages
  std::function<formats::Array()> load;
  std::function<motion::MotionFile(motion::Reading)> motion;  // instead of `load`
  double rate_hz = 0;  // frames per second of `load`, where its file says it
};

struct SequenceFiles {
  std::string name;
  StoredArray truth;
  std::vector<StoredArray> predictions;  // one per sample, or one with all of them
};

// Sequences of the ground truth (a folder or one .safetensors or .npz file), sorted by name, each
// with its predictions. Errors: nothing there, names that stand twice, a gap in the sample numbers,
// and, all in one message, names without a partner on the other side.
std::vector<SequenceFiles> pair_sequences(const std::filesystem::path& truth,
                                          const std::filesystem::path& predictions);

struct SequenceReading {
  const face::Deformer& deformer;  // what turns parameters into vertices
  int64_t vertices;                // that every sequence must have
  int64_t max_cut = 1;             // frames by which lengths may differ
  motion::Reading motion = {};     // what files of parameters leave open
  // Frames per second of vertices and parameters whose files do not say it.
  double truth_hz = flame::kFps, prediction_hz = flame::kFps;
};

// How many vertices the ground truth has; those of the face if it holds parameters.
int64_t vertex_count(const SequenceFiles& files, const face::Face& face);

// Vertices of all takes, at 25 frames per second where another rate is known, cut to the shortest;
// with remarks on what was assumed and what looks odd, such as one side in millimetres. Errors name
// the file: a shape that is none of the above, another number of vertices, several samples as
// ground truth, lengths that differ by more than max_cut.
VertexSequence open_sequence(const SequenceFiles& files, const SequenceReading& reading);

// The vertices of a motion. Shape counts as zero, and of the expression the first 50 count, as in
// the reference's evaluation.
VertexTake take_of_motion(const motion::Motion& motion, const face::Deformer& deformer);

// Cuts all takes to the shortest one. Error: they differ by more than max_cut frames.
void cut_to_shortest(VertexSequence& sequence, int64_t max_cut);

}  // namespace flowtalk::evaluate
