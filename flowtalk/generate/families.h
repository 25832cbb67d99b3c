// The one list of generator families, and what each can do. Configs, help, `inspect` and refusals
// read it.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace flowtalk::generate {

enum class Kind { kFlow, kDiffusion, kVq, kRegression };

// How much chance is in a sample.
struct Temperature {
  std::string_view meaning{};
  double usual = 0, most = 0;
};

struct Family {
  Kind kind{};
  std::string_view name{};     // in a checkpoint's config.json
  std::string_view also{};     // what the reference calls it
  std::string_view summary{};  // one line
  std::string_view priors{};   // the motion priors it fits, separated by spaces
  std::string_view chance{};   // those of them over which samples differ by noise
  std::string_view draws{};    // what of GivenChance that is, separated by spaces
  Temperature temperature{};   // all 0 where no chance is drawn
  bool density = false;        // concept Density
  bool steps = false;          // samples are made in steps that can be skipped
  bool even_frames = false;    // the number of frames must be even, whatever the network
};

inline constexpr std::array kFamilies = {
    Family{.kind = Kind::kFlow,
           .name = "flow",
           .summary = "conditional normalizing flow over AR(1) noise, exact likelihood",
           .priors = "vae sequence_vae",
           .chance = "vae sequence_vae",
           .temperature = {"deviation of the innovations of the noise", 0.3, 1},
           .density = true,
           .even_frames = true},
    Family{.kind = Kind::kDiffusion,
           .name = "diffusion",
           .also = "face_diffuser",
           .summary = "denoising in many small steps, after FaceDiffuser",
           .priors = "none vae sequence_vae",
           .chance = "none vae sequence_vae",
           .draws = "noise step_noise",
           .temperature = {"deviation of the noise at the start and of each step", 1, 1},
           .steps = true},
    Family{.kind = Kind::kVq,
           .name = "vq",
           .summary = "codes of a learnt codebook, after ProbTalk3D",
           .priors = "vqvae sequence_vqvae",
           .chance = "vqvae sequence_vqvae",
           .draws = "uniforms",
           .temperature = {"of the softmax over the distances of codes", 0.2, 1}},
    Family{.kind = Kind::kRegression,
           .name = "regression",
           .summary = "the one most typical answer, no chance in it",
           .priors = "vae none sequence_vae",
           .chance = "sequence_vae",
           .draws = "eps",
           .temperature = {"deviations of the posterior that are added", 0, 40}},
};

constexpr const Family& family_of(Kind kind) {
  for (const Family& family : kFamilies) {
    if (family.kind == kind) return family;
  }
  return kFamilies.front();
}

// Text value of a field table; the reference's word is read too. Error: no family has this name.
std::string text_of(Kind kind);
void from_text(const std::string& word, Kind& kind);

// The family of a name or of the reference's word for it; null: none has it.
const Family* family_named(std::string_view word);

// "flow, diffusion": all, or those of which `is` holds.
std::string names_of(bool (*is)(const Family&) = [](const Family&) { return true; });

// "flow, conditional ...; regression, ..."
std::string summaries();

// Do its samples over a prior of this kind differ by noise?
bool draws_chance(const Family& family, std::string_view prior);
// Is this among what of GivenChance it draws?
bool draws(const Family& family, std::string_view name);

// Error: the family does not fit a prior of this kind. `where` is a file.
void check_prior(const Family& family, std::string_view prior, const std::string& where);

// "X is a regression model; score needs a density, which flow models have"
std::string without_density(const std::string& model, const Family& family,
                            std::string_view purpose);

}  // namespace flowtalk::generate
