// What an import makes of one published checkpoint: the model that it is here, and where its
// parameters stand in the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/foreign/published.h"
#include "flowtalk/model/model_config.h"
#include "flowtalk/params/renames.h"

namespace flowtalk::foreign {

// What no shape tells.
struct Choices {
  std::optional<int> heads{};              // of sequence networks
  std::filesystem::path encoder_config{};  // a config.json of Hugging Face; "": by shapes
  std::string subjects{};                  // names of the styles; "": the published ones
  std::filesystem::path face_template{};   // the face at rest; "": none
  bool any_heads = false;                  // only to see whether all tensors are there
};

struct Plan {
  bool whole = true;  // a model; else a motion prior alone
  model::ModelConfig model;
  std::vector<params::Rename> names;
  std::map<std::string, std::vector<float>> given{};  // parameters that are in no file, by path
  int64_t period = 0;  // rows after which the table PPE.pe comes again; 0: it has none
  std::vector<std::string> ignored{};  // how names begin of which prediction needs nothing
  std::vector<std::string> warnings{};
};

constexpr int kUsualHeads = 8;  // of sequence networks, in every published config

// Heads of a network of this width: those of the settings, or as chosen, else the usual number.
// Error: both, and they differ; they do not divide the width.
int heads_of(const Published& file, const std::string& setting, int64_t width,
             const Choices& choices, int usual = kUsualHeads);

// Config of the speech encoder inside. Error: its heads are not known, or the config given is not
// of its network.
encoder::HubertConfig encoder_of(const Published& file, const Choices& choices);

// The parts of every model that moves FLAME: its axes, the encoder, a Gaussian of no effect around
// the latents.
void begin_flame(Plan& plan, const Published& file, const Choices& choices, int64_t latent);

}  // namespace flowtalk::foreign
