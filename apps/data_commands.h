// The parts of `flowtalk data` that have files of their own.
#pragma once

#include <string>

#include "apps/options/command_line.h"
#include "flowtalk/data/check.h"

namespace flowtalk::apps {

int data_align(const Args& args);
int data_benchmark(const Args& args);
int data_check(const Args& args);
int data_check_packed(const std::string& folder, const std::string& json, bool quiet);
// Up to `shown` cases of each finding; quiet: without notes, which cost nothing.
void print_findings(const data::CheckReport& report, size_t shown, bool quiet);
int data_fit_rules(const Args& args);
int data_import_arkit(const Args& args);
int data_import_mead(const Args& args);
int data_import_recordings(const Args& args);

}  // namespace flowtalk::apps
