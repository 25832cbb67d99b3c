#include "flowtalk/nn/published_names.h"

#include <utility>

namespace flowtalk::nn {

using params::Rename;

std::vector<Rename> sequence_names(const std::string& path, const std::string& in,
                                   const std::string& side) {
  using Cut = Rename::Cut;
  const std::string squash = side == "encoder" ? "squasher" : "expander";
  std::vector<Rename> names;
  for (const std::string end : {"weight", "bias"}) {
    const std::string gain = end == "weight" ? "gain" : "bias";
    names.push_back({path + "/squash/conv/" + end, in + "." + squash + ".0.0." + end});
    names.push_back({path + "/embedding/" + end, in + "." + side + "_linear_embedding.net." + end});
    const std::string ours = path + "/block/*/", theirs = in + "." + side + "_transformer.net.";
    names.push_back({ours + "attention_norm/" + gain, theirs + "{2i}.fn.norm." + end});
    names.push_back({ours + "attention/output/" + end, theirs + "{2i}.fn.fn.to_out." + end});
    names.push_back({ours + "output_norm/" + gain, theirs + "{2i+1}.fn.norm." + end});
    names.push_back({ours + "inner/" + end, theirs + "{2i+1}.fn.fn.l1." + end});
    names.push_back({ours + "outer/" + end, theirs + "{2i+1}.fn.fn.l2." + end});
    if (end == "bias") continue;
    const std::string all = theirs + "{2i}.fn.fn.to_qkv.weight";
    names.push_back({ours + "attention/query/weight", all, Cut::kQuery});
    names.push_back({ours + "attention/key/weight", all, Cut::kKey});
    names.push_back({ours + "attention/value/weight", all, Cut::kValue});
  }
  return names;
}

std::vector<Rename> gru_names(const std::string& path, const std::string& in) {
  std::vector<Rename> names;
  for (const std::string end : {"weight", "bias"}) {
    names.push_back({path + "/*/input/" + end, in + "." + end + "_ih_l{i}"});
    names.push_back({path + "/*/recurrent/" + end, in + "." + end + "_hh_l{i}"});
  }
  return names;
}

std::vector<Rename> decoder_names(const std::string& path, const std::string& in) {
  using Cut = Rename::Cut;
  const std::string ours = path + "/*/", theirs = in + ".layers.{i}.";
  std::vector<Rename> names;
  for (const std::string end : {"weight", "bias"}) {
    for (const auto& [part, module] : {std::pair<std::string, std::string>{"itself", "self_attn"},
                                       {"across", "multihead_attn"}}) {
      const std::string all = theirs + module + ".in_proj_" + end, to = ours + part + "/";
      names.push_back({to + "query/" + end, all, Cut::kQuery});
      names.push_back({to + "key/" + end, all, Cut::kKey});
      names.push_back({to + "value/" + end, all, Cut::kValue});
      names.push_back({to + "output/" + end, theirs + module + ".out_proj." + end});
    }
    const std::string gain = end == "weight" ? "gain" : "bias";
    names.push_back({ours + "itself_norm/" + gain, theirs + "norm1." + end});
    names.push_back({ours + "across_norm/" + gain, theirs + "norm2." + end});
    names.push_back({ours + "output_norm/" + gain, theirs + "norm3." + end});
    names.push_back({ours + "inner/" + end, theirs + "linear1." + end});
    names.push_back({ours + "outer/" + end, theirs + "linear2." + end});
  }
  return names;
}

std::vector<Rename> linear_names(const std::string& path, const std::string& in) {
  return {{path + "/weight", in + ".weight"}, {path + "/bias", in + ".bias"}};
}

std::vector<Rename> together(std::vector<std::vector<Rename>> lists) {
  std::vector<Rename> all;
  for (auto& list : lists) {
    for (auto& row : list) all.push_back(std::move(row));
  }
  return all;
}

}  // namespace flowtalk::nn
