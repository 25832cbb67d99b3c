// Test harness: a golden HuBERT folder against the template on any backend. The data lies beside
// the source tree, or where FLOWTALK_GOLDEN says; where it is absent nothing can be checked.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/encoder/hubert.h"
#include "flowtalk/encoder/hugging_face.h"
#include "flowtalk/encoder/waveform.h"
#include "flowtalk/formats/safetensors.h"

namespace flowtalk::encoder {

inline std::filesystem::path golden_folder(const std::string& name) {
  const char* chosen = std::getenv("FLOWTALK_GOLDEN");
  return std::filesystem::path(chosen != nullptr ? chosen : FLOWTALK_GOLDEN_DEFAULT) / name;
}

inline double largest_difference(std::span<const float> a, std::span<const float> b) {
  EXPECT_EQ(a.size(), b.size());
  double largest = 0;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const double difference = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    if (!(difference <= largest)) largest = difference;  // also takes what is not a number
  }
  return largest;
}

// Reads the folder for this backend; every tensor of the file must have found its place.
template <class Ops>
Hubert<Ops> load_hubert(HuggingFaceFolder& folder, Ops& ops) {
  HuggingFaceParams<Ops> source(folder.weights, ops);
  Hubert<Ops> hubert(params::Scope<Ops>(source), folder.config.sizes);
  folder.weights.finish();
  return hubert;
}

// Every stored state of every case: normalisation, convolutions, each hidden state, the last one.
template <class Ops>
void check_golden_cases(const Hubert<Ops>& hubert, Ops& ops, const std::filesystem::path& cases,
                        double bound) {
  const formats::SafetensorsFile file(cases);
  int compared = 0;
  const auto compare = [&](const std::string& name, const std::vector<float>& got) {
    if (!file.contains(name)) return;
    EXPECT_LT(largest_difference(got, file.load(name).values()), bound) << name;
    ++compared;
  };
  for (const std::string& name : file.names()) {
    if (!name.ends_with("raw")) continue;
    const std::string start = name.substr(0, name.size() - 3);  // "case0."
    const tensor::Tensor raw = file.load(name), wave = file.load(start + "normalised");
    compare(start + "normalised", normalise(raw.values()));
    const auto x = ops.constant({1, wave.size()}, wave.values());
    compare(start + "conv_features",
            ops.to_host(ops.transpose(hubert.local_features(ops, x), 1, 2)));
    const auto states = hubert.hidden_states(ops, x);
    for (size_t k = 0; k < states.size(); ++k) {
      compare(start + "hidden_state_" + std::to_string(k), ops.to_host(states[k]));
    }
    compare(start + "last_hidden_state", ops.to_host(states.back()));
  }
  EXPECT_GT(compared, 3) << cases;
}

}  // namespace flowtalk::encoder
