// For tests: the golden files, what expected.json says of them, and the comparison with an Array.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "flowtalk/base/fields.h"
#include "flowtalk/formats/array.h"

namespace flowtalk::formats {

// The folder of golden data: the environment's FLOWTALK_GOLDEN, else beside the source tree.
std::filesystem::path golden_folder();

// Bit for bit: dtype, shape and values in C order. Adds test failures.
void expect_same_as_golden(const Array& got, const Json& expected);

// Calls read(path, entry) for each file of formats/KIND, and checks that it returns or throws as
// the entry says: `refuse` throws an Error of one line with the file's name in it. Skips the test
// where there is no golden data.
void check_golden_files(const std::string& kind,
                        const std::function<void(const std::filesystem::path&, const Json&)>& read);

// Calls `read` in a child process that may take no more than 64 MiB of memory beyond what is in
// use; fails the test if that was not enough or the child crashed.
void expect_little_memory(const std::function<void()>& read);

}  // namespace flowtalk::formats
