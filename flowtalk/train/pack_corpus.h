// A data set packed for training (data/packed.h), with the speech features that its stages read.
#pragma once

#include <string>
#include <vector>

#include "flowtalk/train/corpus.h"

namespace flowtalk::train {

struct PackCorpusOptions {
  DatasetOptions data;
  std::string out, encoder, features, config, part, device;
  std::vector<std::string> set;
  int shard_mb = 256, threads = 0;
  bool merge = false;
  bool quiet = false;

  template <class V>
  void fields(V&& field) {
    field("data", data, "on what");
    field("out", out, "folder that receives packed.json and the shards");
    field("encoder", encoder, "as of the generator; none: motion only, for priors and classifiers");
    field("features", features, "folder that keeps speech features, as of the generator");
    field("part", part, "K/N: of N parts the K-th; in a Slurm array by itself that of the task");
    field("merge", merge, "make one packed data set of the parts in the folder");
    field("shard_mb", shard_mb, between(1, 2048),
          "megabytes of a shard, held in memory; default 256");
    field("config", config, "JSON file of the generator's fields: copies, augment");
    field("set", set, "one field of the generator, for example copies=0; repeatable");
    field("device", device, "cpu, cuda or cuda:N (default cuda:0 if there is one, else cpu)");
    field("threads", threads, between(0, 256), "threads; 0 takes all");
  }
};

// Training from what it makes is bit for bit training from the data set. Errors: the data set is a
// packed one; those of its clips, of the encoder and of data::Packer.
void pack_corpus(const PackCorpusOptions& options);

}  // namespace flowtalk::train
