// What an encoder hears, beside what people wrote down of recordings.
#pragma once

#include <string>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/reporter.h"
#include "flowtalk/evaluate/phone_hits.h"

namespace flowtalk::pipeline {

struct PhonesOptions {
  std::vector<std::string> labelled;
  std::string encoder, json;
  int threads = 0;

  template <class V>
  void fields(V&& field) {
    field("labelled", labelled,
          "folders with sounds and NAME.phones.csv (start_s,end_s,label), or phone corpora (wav/ "
          "and phones/)");
    field("encoder", encoder, "run or checkpoint of `train encoder`, with its phone head");
    field("json", json, "file for all figures");
    field("threads", threads, between(0, 256), "threads to compute with; 0 takes all");
  }
};

struct HeardFile {
  std::string name;
  evaluate::PhoneHits hits;
};
struct HeardFolder {
  std::string folder;
  std::vector<HeardFile> files;
  std::vector<std::string> unknown;  // labels that are no phones of ours
  evaluate::PhoneHits all;
  int best_late_ms = 0;  // how much later the labels fit best, -100 to 100: above 0 the ear is late
};

// Errors: no folder, nothing labelled in it, an encoder without a phone head.
std::vector<HeardFolder> judge_phones(const PhonesOptions& options, const Reporter& reporter);

}  // namespace flowtalk::pipeline
