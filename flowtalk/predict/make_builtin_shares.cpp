// Writes the region shares of the built-in head as the rows of a C++ array; part of the build.
//   make_builtin_shares FILE
#include <fmt/format.h>

#include <iostream>
#include <string>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/predict/regions.h"

int main(int argc, char** argv) {
  using namespace flowtalk;
  if (argc != 2) {
    std::cerr << "usage: make_builtin_shares FILE\n";
    return 2;
  }
  try {
    std::string text;
    const predict::RegionShares shares(face::builtin_face());
    for (const float value : shares.table()) text += fmt::format("{:a}f,\n", value);
    save_file(argv[1], text);
  } catch (const Error& e) {
    std::cerr << "make_builtin_shares: " << e.what() << "\n";
    return 1;
  }
  return 0;
}
