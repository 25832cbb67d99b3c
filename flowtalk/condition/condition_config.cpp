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

}  // namespace flowtalk::condition
