#include "flowtalk/train/corpus.h"

#include <algorithm>

#include "flowtalk/base/error.h"
#include "flowtalk/base/words.h"
#include "flowtalk/data/packed.h"

namespace flowtalk::train {

bool Selection::has(const data::ClipName& clip) const {
  return std::ranges::find(splits, data::split_of(clip)) != splits.end();
}

Selection training_clips(bool test_sentences_too) {
  using data::Split;
  if (!test_sentences_too) return {{Split::kTrain}, "training"};
  return {{Split::kTrain, Split::kValidation, Split::kTest}, "training"};
}

Selection validation_clips() { return {{data::Split::kValidation}, "validation"}; }

std::unique_ptr<Corpus> DatasetOptions::open() const {
  return data::is_packed(dataset) ? packed_corpus(*this) : file_corpus(*this);
}

std::vector<int> DatasetOptions::styles(const Conditions& conditions) const {
  std::vector<int> ids;
  for (const std::string& word : words_of(train_subjects)) {
    ids.push_back(parse_style(word, conditions));
  }
  return ids;
}

void DatasetOptions::fail_empty(const Selection& which) const {
  fail("{}: no clip of the chosen subjects is in the {} split", dataset, which.name);
}

std::map<std::string, std::string> DatasetOptions::inputs() const {
  return {{"dataset", dataset}, {"train-subjects", train_subjects}};
}

}  // namespace flowtalk::train
