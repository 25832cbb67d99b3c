// Test harness: stage 1 of CodeTalker (Xing et al., CVPR 2023), on any backend.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "flowtalk/nn/check_golden.h"
#include "flowtalk/prior/frame_codes.h"

namespace flowtalk::prior {

inline std::vector<nn::GoldenName> codetalker_names() {
  auto names = nn::sequence_names("encoder", "encoder", "encoder");
  for (auto& name : nn::sequence_names("decoder", "decoder", "decoder")) {
    names.push_back(std::move(name));
  }
  for (const std::string end : {"weight", "bias"}) {
    names.push_back({"encoder_in/" + end, "encoder.vertice_mapping.0." + end});
    names.push_back({"decoder_out/" + end, "decoder.vertice_map_reverse." + end});
  }
  names.push_back({"quantiser/codes", "quantize.embedding.weight"});
  return names;
}

// Codes of given motion and what they decode to.
template <class Ops>
void check_codetalker(Ops& ops, const std::filesystem::path& folder, double bound) {
  const nn::GoldenCases cases(folder);
  nn::GoldenParams<Ops> source(ops, folder / "vocaset_stage1.pth.tar", codetalker_names());
  const nn::SequenceSizes sequence{
      .width = 32, .blocks = 2, .heads = 4, .inner = 48, .one_position = true};
  const FrameCodes<Ops> codes(params::Scope<Ops>(source), 60,
                              {sequence, {.codes = 24, .width = 8}});
  const auto rest = cases.input(ops, "template", {1, 1, 60});
  const auto motion = ops.sub(cases.input(ops, "motion", {1, 17, 60}), rest);
  const auto made = codes.quantiser.nearest(ops, codes.encode(ops, motion));
  EXPECT_EQ(made.codes, cases.integers("motion.indices"));
  cases.expect(ops, ops.add(codes.decode(ops, made.values), rest), "motion.reconstruction", bound);
}

}  // namespace flowtalk::prior
