#include "flowtalk/base/interruption.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <climits>
#include <csignal>
#include <cstring>

namespace flowtalk {
namespace {

// A signal handler may neither lock nor allocate, so the names lie in fixed memory.
struct Slot {
  enum State : int { kFree, kTaken, kReady };
  std::atomic<int> state{kFree};
  std::array<char, PATH_MAX> path{};
};
std::array<Slot, 64> slots;
std::atomic<pid_t> owner{0};
std::array<std::atomic<pid_t>, 64> children{};

void end_children() {
  for (const auto& child : children) {
    if (child.load() > 0) kill(child.load(), SIGTERM);
  }
}

void on_signal(int signal) {
  if (getpid() == owner.load()) {  // not in a child that was forked since
    for (Slot& slot : slots) {
      if (slot.state.load() == Slot::kReady) unlink(slot.path.data());
    }
    end_children();
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

std::atomic<bool> stop_asked{false};
// What SIGTERM did before, and what SIGINT and SIGHUP did, if they were taken over.
struct sigaction before_termination {};
struct Taken {
  int signal;
  bool taken;
  struct sigaction before;
};
std::array<Taken, 2> of_people{{{SIGINT, false, {}}, {SIGHUP, false, {}}}};

void on_request(int signal) {
  const bool again = stop_asked.exchange(true);
  if (again && signal == SIGINT) return on_signal(signal);
  if (getpid() == owner.load()) end_children();
}

void mask_request(int how) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  pthread_sigmask(how, &set, nullptr);
}

}  // namespace

StopRequests::StopRequests(By by) {
  stop_asked = false;
  struct sigaction request {};
  request.sa_handler = on_request;
  request.sa_flags = SA_RESTART;
  sigaction(SIGTERM, &request, &before_termination);
  sigaction(SIGUSR1, &request, nullptr);
  for (Taken& of : of_people) {
    sigaction(of.signal, nullptr, &of.before);
    of.taken = by == By::kPeople && of.before.sa_handler != SIG_IGN;
    if (of.taken) sigaction(of.signal, &request, nullptr);
  }
  mask_request(SIG_UNBLOCK);
}

StopRequests::~StopRequests() {
  sigaction(SIGTERM, &before_termination, nullptr);
  for (Taken& of : of_people) {
    if (of.taken) sigaction(of.signal, &of.before, nullptr);
    of.taken = false;
  }
  std::signal(SIGUSR1, SIG_IGN);  // what has ended well is not killed by a late one
}

bool StopRequests::asked() { return stop_asked; }

void hold_stop_requests() { mask_request(SIG_BLOCK); }

void clean_up_when_interrupted() {
  owner = getpid();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    if (sigaction(signal, nullptr, &before) != 0 || before.sa_handler == SIG_IGN) continue;
    std::signal(signal, on_signal);
  }
}

void end_with_us(pid_t child) {
  for (auto& place : children) {
    pid_t none = 0;
    if (place.compare_exchange_strong(none, child)) return;
  }
}

void has_ended(pid_t child) {
  for (auto& place : children) {
    pid_t expected = child;
    if (place.compare_exchange_strong(expected, 0)) return;
  }
}

Unfinished::Unfinished(const std::filesystem::path& path) {
  const std::string name = std::filesystem::absolute(path).string();
  if (name.size() >= PATH_MAX) return;
  for (size_t i = 0; i < slots.size(); ++i) {
    int free = Slot::kFree;
    if (!slots[i].state.compare_exchange_strong(free, Slot::kTaken)) continue;
    std::memcpy(slots[i].path.data(), name.c_str(), name.size() + 1);
    slots[i].state = Slot::kReady;
    slot_ = static_cast<int>(i);
    return;
  }
}

Unfinished::~Unfinished() {
  if (slot_ >= 0) slots[static_cast<size_t>(slot_)].state = Slot::kFree;
}

}  // namespace flowtalk
