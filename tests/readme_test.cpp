// The README's first steps, run as they stand there, in order.
#include <gmock/gmock.h>

#include <sstream>

#include "flowtalk/base/files.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

namespace fs = std::filesystem;

const fs::path kSources = FLOWTALK_SOURCES;

// The commands of the code blocks between two texts, without the program's name and comments.
std::vector<std::vector<std::string>> commands_between(const std::string& begin,
                                                       const std::string& end) {
  const std::string all = load_file(kSources / "README.md");
  const size_t from = all.find(begin), to = all.find(end);
  EXPECT_LT(from, to);
  std::istringstream part(all.substr(from, to - from));
  std::vector<std::vector<std::string>> commands;
  bool code = false;
  for (std::string line; std::getline(part, line);) {
    if (line == "```") code = !code;
    if (!code || !line.starts_with("flowtalk ")) continue;
    commands.emplace_back();
    std::istringstream words(line.substr(0, line.find(" #")));
    for (std::string word; words >> word;) commands.back().push_back(word);
    commands.back().erase(commands.back().begin());
  }
  return commands;
}

class Readme : public CommandLine {};

TEST_F(Readme, FirstStepsRunAsTheyStand) {
  for (const auto& entry : fs::directory_iterator(kSources / "examples")) {
    fs::copy_file(entry.path(), file(entry.path().filename().string()),
                  fs::copy_options::overwrite_existing);
  }
  const auto commands = commands_between("## First steps", "With your own FLAME model");
  EXPECT_GE(commands.size(), 12u);
  for (const auto& command : commands) {
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.code, 0) << ::testing::PrintToString(command) << "\n" << outcome.err;
    EXPECT_THAT(outcome.err, ::testing::Not(::testing::HasSubstr("warning")))
        << ::testing::PrintToString(command);
  }
  for (const char* made : {"faces.mp4", "table.mp4", "happy.npy", "restyled.npy"}) {
    EXPECT_TRUE(fs::exists(file(made))) << made;
  }
}

}  // namespace
}  // namespace flowtalk::tests
