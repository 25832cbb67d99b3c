#include "flowtalk/foreign/face_former.h"

#include "flowtalk/base/error.h"
#include "flowtalk/foreign/subjects.h"
#include "flowtalk/nn/published_names.h"

namespace flowtalk::foreign {
namespace {

constexpr int kDecoderHeads = 4;  // of both systems' decoders
using Cut = params::Rename::Cut;

constexpr const char* kFirstStage = "autoencoder.";

// After how many rows a table of positions (1, rows, W) comes again; its rows, if it does not.
int period_of(const Published& file, const std::string& name) {
  const auto rows = file.axis(name, 1), width = file.axis(name, 2);
  const tensor::Tensor table = file.load(name);
  for (int64_t period = 1; period < rows; ++period) {
    bool same = true;
    for (int64_t i = 0; i < width && same; ++i) same = table[period * width + i] == table[i];
    if (same) return static_cast<int>(period);
  }
  return static_cast<int>(rows);
}

// The table of subjects, (W, subjects) or on its side.
struct StyleTable {
  const char* name = "";
  bool on_its_side = false;
};

// What both are, but for the way out.
Plan begin(const Published& file, const Choices& choices, const StyleTable& style, int heads) {
  const int64_t values = file.axis("vertice_map.weight", 1);
  Plan plan;
  begin_flame(plan, file, choices, values);
  auto& model = plan.model;
  const size_t across = style.on_its_side ? 0 : 1;
  const Subjects subjects = subjects_of(file.axis(style.name, across), values, choices);
  const bool at_rate = subjects.fps == flame::kFps;
  model.timing = {at_rate ? encoder::FrameRule::kLocalPairs : encoder::FrameRule::kLocalFrames,
                  subjects.fps};
  if (!subjects.known) {
    plan.warnings.push_back(fmt::format(
        "{}: {} subjects are of no data set that is known; {} frames per second are assumed",
        file.path(), subjects.names.size(), subjects.fps));
  }
  model.conditions = {{"neutral"}, {"only"}, subjects.names};
  model.condition.form = condition::Form::kOutput;
  model.condition.width = static_cast<int>(file.axis(style.name, 1 - across));
  model.generator.kind = generate::Kind::kRegression;
  auto& network = model.generator.regression.network;
  network.kind = generate::NetworkKind::kAutoregressive;
  auto& decoder = network.autoregressive;
  decoder.width = model.condition.width;
  decoder.layers =
      static_cast<int>(file.count("transformer_decoder.layers.*.self_attn.in_proj_weight"));
  decoder.heads = heads;
  decoder.inner = static_cast<int>(file.axis("transformer_decoder.layers.0.linear1.weight", 0));
  decoder.period = period_of(file, "PPE.pe");
  plan.period = decoder.period;
  decoder.beside = encoder::row_of(model.timing.rule).beside;
  plan.names = nn::together({nn::linear_names("generator/speech", "audio_feature_map"),
                             nn::linear_names("generator/frame_in", "vertice_map"),
                             nn::decoder_names("generator/layer", "transformer_decoder"),
                             {{"generator/style/weight", style.name,
                               style.on_its_side ? Cut::kTransposed : Cut::kWhole}}});
  add_vertices(plan, file, choices, values);
  return plan;
}

}  // namespace

Plan plan_face_former(const Published& file, const Choices& choices) {
  const int64_t width = file.axis("audio_feature_map.weight", 0);
  Plan plan = begin(file, choices, {"obj_vector.weight"},
                    heads_of(file, "n_head", width, choices, kDecoderHeads));
  plan.names = nn::together({plan.names, nn::linear_names("generator/frame_out", "vertice_map_r")});
  return plan;
}

// For BIWI the decoder of the first stage begins with a linear map and ends in one without bias.
Plan plan_code_talker(const Published& file, const Choices& choices) {
  const std::string in = std::string(kFirstStage) + "decoder";
  const std::string net = in + ".decoder_transformer.net.";
  const std::string codes = std::string(kFirstStage) + "quantize.embedding.weight";
  Plan plan = begin(file, choices, {"learnable_style_emb.weight", true},
                    choices.any_heads ? 1 : kDecoderHeads);
  auto& decoder = plan.model.generator.regression.network.autoregressive;
  auto& coded = decoder.coded;
  coded.codes = static_cast<int>(file.axis(codes, 0));
  coded.width = static_cast<int>(file.axis(codes, 1));
  coded.decoder.blocks = static_cast<int>(file.count(net + "*.fn.norm.weight") / 2);
  coded.decoder.inner = static_cast<int>(file.axis(net + "1.fn.fn.l1.weight", 0));
  coded.decoder.heads = heads_of(file, "num_attention_heads", decoder.width, choices);
  plan.ignored = {std::string(kFirstStage) + "encoder."};
  const std::string before = in + ".decoder_linear_embedding_pre.net",
                    out = in + ".vertice_map_reverse";
  if (file.has(before + ".weight")) {
    coded.pieces = static_cast<int>(file.axis(before + ".weight", 1));
  }
  if (!file.has(out + ".bias")) {
    const auto values = static_cast<size_t>(file.axis(out + ".weight", 0));
    plan.given["generator/decoder_out/bias"] = std::vector<float>(values, 0.0f);
  }
  plan.names = nn::together(
      {plan.names,
       nn::sequence_names("generator/decoder", in, "decoder"),
       nn::linear_names("generator/decoder_in", before),
       nn::linear_names("generator/decoder_out", out),
       {{"generator/frame_out/weight", "feat_map.weight"}, {"generator/quantiser/codes", codes}}});
  return plan;
}

}  // namespace flowtalk::foreign
