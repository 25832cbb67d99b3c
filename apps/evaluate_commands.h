// The forms of `flowtalk evaluate`.
#pragma once

#include "apps/options/command_line.h"

namespace flowtalk::apps {

int evaluate_lips(const Args& args);        // closed lips on P B M, open ones on open vowels
int evaluate_liveliness(const Args& args);  // heads, eyes and lids beside recorded people
int evaluate_phones(const Args& args);      // what an encoder hears beside what was said
int evaluate_recorded(const Args& args);    // lips and faces beside recorded people
int evaluate_restyle(const Args& args);     // is a new emotion seen, and do the lips stay?
int evaluate_metrics(const Args& args);  // against recorded faces: files, or a model on a data set

}  // namespace flowtalk::apps
