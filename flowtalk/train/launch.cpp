#include "flowtalk/train/launch.h"

#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <torch/version.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <thread>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "flowtalk/base/interruption.h"

extern char** environ;

namespace flowtalk::train {
namespace {

constexpr char kLauncher[] = "FLOWTALK_LAUNCHER";  // the process that started us as a rank
constexpr std::chrono::seconds kToEnd{8};          // for ranks, once one has ended badly

bool met = false;  // the ranks have, and say by themselves who speaks

using Words = std::vector<std::string>;

std::vector<char*> pointers_to(Words& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

pid_t start_rank(Words words, const std::map<std::string, std::string>& variables) {
  Words all;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string text = *at;
    if (!variables.contains(text.substr(0, text.find('=')))) all.push_back(text);
  }
  for (const auto& [name, value] : variables) all.push_back(fmt::format("{}={}", name, value));
  words.insert(words.begin(), "flowtalk-train");
  pid_t child = 0;
  const int code = posix_spawn(&child, "/proc/self/exe", nullptr, nullptr,
                               pointers_to(words).data(), pointers_to(all).data());
  if (code != 0) fail("a rank cannot be started ({})", std::strerror(code));
  end_with_us(child);
  return child;
}

// The ranks of one training on this machine.
class LocalRanks {
 public:
  LocalRanks(int count, const Words& words) {
    c10d::TCPStoreOptions options;
    options.port = 0;  // any that is free
    options.isServer = true;
    options.waitWorkers = false;
#if TORCH_VERSION_MAJOR >= 2
    options.useLibUV = false;
#endif
    store_ = c10::make_intrusive<c10d::TCPStore>("127.0.0.1", options);
    for (int rank = 0; rank < count; ++rank) {
      running_.push_back(start_rank(words, {{"RANK", std::to_string(rank)},
                                            {"LOCAL_RANK", std::to_string(rank)},
                                            {"WORLD_SIZE", std::to_string(count)},
                                            {"LOCAL_WORLD_SIZE", std::to_string(count)},
                                            {"MASTER_ADDR", "127.0.0.1"},
                                            {"MASTER_PORT", std::to_string(store_->getPort())},
                                            {"TORCHELASTIC_USE_AGENT_STORE", "True"},
                                            {"TORCHELASTIC_RUN_ID", "flowtalk"},
                                            {"TORCHELASTIC_RESTART_COUNT", "0"},
                                            {kLauncher, std::to_string(getpid())}}));
    }
  }
  ~LocalRanks() { kill_all(); }
  LocalRanks(const LocalRanks&) = delete;
  LocalRanks& operator=(const LocalRanks&) = delete;

  // Unheard with the exit code of the first that ended badly: it has said why. Error where none
  // could.
  void wait() {
    const size_t count = running_.size();
    int worst = 0, killed = 0, ended = 0;
    std::chrono::steady_clock::time_point since;
    while (!running_.empty()) {
      const auto child = std::find_if(running_.begin(), running_.end(), [&](pid_t pid) {
        return waitpid(pid, &status_, WNOHANG) == pid;
      });
      if (child == running_.end()) {
        if (worst != 0 && std::chrono::steady_clock::now() - since > kToEnd) kill_all();
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        continue;
      }
      has_ended(*child);
      running_.erase(child);
      ++ended;
      if (WIFEXITED(status_) && WEXITSTATUS(status_) == 0) continue;
      if (WIFSIGNALED(status_)) ++killed;
      if (worst == 0) since = std::chrono::steady_clock::now();
      if (worst == 0 || WIFEXITED(status_)) {
        worst = WIFEXITED(status_) ? WEXITSTATUS(status_) : kStoppedExit;
      }
    }
    if (worst == 0) return;
    if (killed < ended) throw Unheard(worst);
    throw Error(fmt::format("{} of {} ranks were killed; give the same command with {}, and it "
                            "goes on after the last checkpoint",
                            killed, count, Field("resume")),
                kStoppedExit);
  }

 private:
  void kill_all() {
    for (const pid_t child : running_) kill(child, SIGKILL);
    for (const pid_t child : running_) {
      waitpid(child, &status_, 0);
      has_ended(child);
    }
    running_.clear();
  }

  c10::intrusive_ptr<c10d::TCPStore> store_;
  std::vector<pid_t> running_;
  int status_ = 0;
};

// A launcher that is gone takes its ranks along.
void follow_launcher() {
  const auto launcher = environment(kLauncher);
  if (!launcher) return;
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (std::to_string(getppid()) != *launcher) std::raise(SIGTERM);
}

// How many of us share this machine, as far as the launcher says.
int ranks_here() {
  for (const char* name : {"LOCAL_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE"}) {
    if (const auto text = environment(name)) return std::max(1, std::atoi(text->c_str()));
  }
  return 1;
}

int threads_of_rank() {
  if (const auto text = environment("SLURM_CPUS_PER_TASK")) {
    return std::max(1, std::atoi(text->c_str()));
  }
  const auto all = static_cast<int>(std::thread::hardware_concurrency());
  return std::max(1, all / ranks_here());
}

}  // namespace

void in_ranks(StageOptions& options, const Words& words, const std::function<void()>& work) {
  const auto place = find_place(environment);
  if (place && options.ranks > 1 && options.ranks != place->size) {
    fail_usage("{} {}: the launcher has started {}; leave it out", Field("ranks"), options.ranks,
               place->size);
  }
  if (!place && options.ranks > 1) {
    const StopRequests requests;
    LocalRanks(options.ranks, words).wait();
    return;
  }
  if (!place || place->size == 1) return work();
  follow_launcher();
  if (options.run.threads == 0) options.run.threads = threads_of_rank();
  options.choose_device();
  options.run.device = place->device_of(options.run.device);
  if (place->rank != 0) options.run.quiet = true;
  options.run.ranks = join(*place, options.run.device);
  met = true;
  in_step(options.run.ranks, work);
}

void leave_to_leader(const std::function<void()>& work) {
  try {
    work();
  } catch (const Unheard&) {
    throw;
  } catch (const Error& e) {
    std::optional<Place> place;
    try {
      place = find_place(environment);
    } catch (const Error&) {  // said below
    }
    if (!met && place && place->rank != 0) throw Unheard(e.exit_code());
    throw;
  }
}

}  // namespace flowtalk::train
