#include "flowtalk/condition/condition_config.h"

#include <algorithm>
#include <vector>

#include "flowtalk/base/error.h"

namespace flowtalk::condition {

const FormRow& row_of(Form form) {
  return *std::find_if(kForms.begin(), kForms.end(),
                       [&](const FormRow& row) { return row.form == form; });
}

std::string text_of(Form form) { return std::string(row_of(form).name); }

void from_text(const std::string& word, Form& form) {
  std::vector<std::string> names;
  for (const FormRow& row : kForms) {
    names.emplace_back(row.name);
    if (word == row.name) {
      form = row.form;
      return;
    }
  }
  fail("unknown form '{}'{}; expected graph, product or output", word, did_you_mean(word, names));
}

void ConditionConfig::validate(const std::string& where) const {
  const auto layers = static_cast<size_t>(fusion_layers);
  if (lookahead.values.size() != 1 && lookahead.values.size() != layers) {
    fail("{}.lookahead: expected a number, or {}, one per layer of fusion_layers, got {}", where,
         layers, lookahead.values.size());
  }
  for (const int frames : lookahead.values) {
    if (frames < 0 || frames >= kernel) {
      fail("{}.lookahead: expected between 0 and {}, of a kernel of {} frames, got {}", where,
           kernel - 1, kernel, frames);
    }
  }
}

int64_t ConditionConfig::frames_ahead() const {
  int64_t sum = 0;
  for (int i = 0; i < fusion_layers; ++i) sum += lookahead.at(i);
  return sum;
}

}  // namespace flowtalk::condition
