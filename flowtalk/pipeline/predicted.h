// Answers of `predict`, on disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "flowtalk/motion/motion.h"
#include "flowtalk/pipeline/face_choice.h"
#include "flowtalk/pipeline/performing.h"
#include "flowtalk/pipeline/sweep.h"
#include "flowtalk/predict/session.h"

namespace flowtalk::pipeline {

// How answers are written.
struct AnswerForm {
  motion::Track shape{};             // beside the motion
  double fps = flame::kFps;          // of what is written
  double export_hz = 0;              // of what is written for other programs; 0: as they prefer it
  int width = 403;                   // of rows in .npy
  const ChosenFace* face = nullptr;  // for other programs; never null where there are such files
};

// Predicts, performs and writes as many takes as there are paths: FLAME motion at the rate that is
// asked for, or vertices (T, V, 3), float32, at the model's own; .npz says it, as "fps" beside
// "vertices". Names that exporter_named knows are written so. Returns the frames of each.
int64_t write_answers(const predict::Session& session, const HeardVoice& voice,
                      const SweepCell& cell, const PerformingOptions& performing,
                      const AnswerForm& form, const std::vector<std::filesystem::path>& paths,
                      const Reporter& reporter);

}  // namespace flowtalk::pipeline
