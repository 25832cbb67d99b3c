// flowtalk train: hands over to the program flowtalk-train, as git does with its subcommands, so
// that flowtalk itself needs no libtorch.
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/options/command_line.h"
#include "flowtalk/base/error.h"

namespace flowtalk::apps {

int train(const Args& args) {
  const std::string name = "flowtalk-train";
  std::error_code code;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", code);
  const auto beside = self.parent_path() / name;

  Args words{name};
  words.insert(words.end(), args.begin(), args.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);

  if (!code && access(beside.c_str(), X_OK) == 0) execv(beside.c_str(), pointers.data());
  execvp(name.c_str(), pointers.data());
  fail(
      "{} was not found beside flowtalk or on the PATH; 'make build' makes it (it needs libtorch, "
      "which scripts/install_deps.sh full installs)",
      name);
}

}  // namespace flowtalk::apps
