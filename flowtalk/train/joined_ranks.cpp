// Ranks over libtorch's c10d: a store where they find each other and say how they end, and a group
// that sums.
#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <torch/version.h>
#include <unistd.h>

#include <thread>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <vector>

#include "flowtalk/base/interruption.h"
#include "flowtalk/base/words.h"
#include "flowtalk/train/ranks.h"
#if TORCH_VERSION_MAJOR >= 2
#include <torch/csrc/distributed/c10d/Backend.hpp>
#else
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#endif
#if defined(FLOWTALK_GLOO)
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#endif
#if defined(USE_C10D_NCCL)
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

namespace flowtalk::train {
namespace {

using Clock = std::chrono::steady_clock;
using Store = c10::intrusive_ptr<c10d::Store>;
#if TORCH_VERSION_MAJOR >= 2
using Group = c10d::Backend;
#else
using Group = c10d::ProcessGroup;
#endif
constexpr std::chrono::minutes kSlowest{30};   // what a rank may do alone while others wait
constexpr std::chrono::seconds kLastWords{3};  // for all that are left to say that they are
constexpr std::chrono::milliseconds kBetweenLooks{50};

#if defined(FLOWTALK_GLOO)
// Of this machine, as whoever listens at `host` sees it; the packets of the others come there.
std::string address_towards(const std::string& host, int port) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_DGRAM;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    fail("{}: the name of the machine where the ranks meet is not known here", host);
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  const int out = socket(found->ai_family, SOCK_DGRAM, 0);  // connecting it sends nothing
  sockaddr_storage own{};
  socklen_t length = sizeof own;
  std::array<char, NI_MAXHOST> text{};
  const bool known = out >= 0 && connect(out, found->ai_addr, found->ai_addrlen) == 0 &&
                     getsockname(out, reinterpret_cast<sockaddr*>(&own), &length) == 0 &&
                     getnameinfo(reinterpret_cast<sockaddr*>(&own), length, text.data(),
                                 text.size(), nullptr, 0, NI_NUMERICHOST) == 0;
  if (out >= 0) close(out);
  if (!known) fail("{}: there is no way from here to where the ranks meet", host);
  return text.data();
}
#endif

std::string own_name() {
  if (const auto node = environment("SLURMD_NODENAME")) return *node;
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::vector<uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

Store open_store(const Place& place) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<uint16_t>(place.port);
  options.isServer = place.rank == 0 && !place.hosted;
  options.waitWorkers = false;
  options.timeout = place.patience;
#if TORCH_VERSION_MAJOR >= 2
  options.useLibUV = false;  // Debian's libtorch has none
#endif
  try {
    return c10::make_intrusive<c10d::TCPStore>(place.host, options);
  } catch (const std::exception&) {
    if (options.isServer) {
      fail(
          "rank 0 of {}: port {} cannot be taken; set MASTER_PORT to a free one, and MASTER_ADDR "
          "to an address of this machine",
          place.size, place.port);
    }
    fail("rank {} of {}: rank 0 was not met at {}:{} within {} s; start as many processes as ranks",
         place.rank, place.size, place.host, place.port, place.patience.count());
  }
}

class Joined : public Ranks {
 public:
  Joined(const Place& place, torch::Device device)
      : Ranks(place.rank, place.size), place_(place), device_(device), store_(open_store(place)) {
    const auto attempt = environment("TORCHELASTIC_RESTART_COUNT").value_or("0");
    store_ = c10::make_intrusive<c10d::PrefixStore>("flowtalk/" + attempt, store_);
    meet();
    open_group();
    store_->setTimeout(kLastWords);
  }
  ~Joined() override {
    if (!failed_ || place_.rank != 0 || place_.hosted) return;
    // The others read in our store who has failed.
    const auto until = Clock::now() + kLastWords;
    while (Clock::now() < until && count("ended") < size() - 1) {
      std::this_thread::sleep_for(kBetweenLooks);
    }
  }

  // Over Gloo by pairs, which swap and add: 0+1 and 2+3, then those two. Every rank, and one that
  // adds up neighbours by itself, does the same additions, so that the bits are the same.
  void sum(torch::Tensor& values) override {
    const auto all = [&](const auto& group) {
      together([&](std::vector<at::Tensor>& list) { return group->allreduce(list); }, values);
    };
    for (const auto& pair : pairs_) all(pair);
    if (pairs_.empty()) all(group_);
  }
  void broadcast(torch::Tensor& values) override {
    together([&](std::vector<at::Tensor>& list) { return group_->broadcast(list); }, values);
  }
  void barrier() override {
    torch::Tensor nothing = torch::zeros({1});
    sum(nothing);
  }
  bool first_to_fail(int exit_code) override {
    failed_ = true;
    try {
      const bool first = store_->add("failed", 1) == 1;
      if (first) store_->set("exit code", bytes_of(std::to_string(exit_code)));
      if (rank() != 0) store_->add("ended", 1);
      return first;
    } catch (const std::exception&) {
      return false;  // rank 0 has said it and is gone
    }
  }

 private:
  // Everybody says how many ranks it knows of and where it is.
  void meet() {
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(place_.patience);
    store_->setTimeout(wait);
    if (store_->add(fmt::format("rank {}", rank()), 1) > 1) {
      fail("rank {} of {}: another process is that rank too; give each its own", rank(), size());
    }
    store_->set(fmt::format("place {}", rank()),
                bytes_of(fmt::format("{} {}", size(), own_name())));
    for (int other = 0; other < size(); ++other) {
      std::vector<uint8_t> said;
      try {
        said = store_->get(fmt::format("place {}", other));
      } catch (const std::exception&) {
        fail("rank {} of {} did not come within {} s; start as many processes as ranks", other,
             size(), place_.patience.count());
      }
      const std::string text(said.begin(), said.end());
      const auto space = text.find(' ');
      if (text.substr(0, space) != std::to_string(size())) {
        fail("rank {} knows of {} ranks, rank {} of {}; start all with the same number", other,
             text.substr(0, space), rank(), size());
      }
      nodes_.push_back(text.substr(space + 1));
    }
  }

  void open_group() {
    if (device_.is_cuda()) return open_nccl();
#if defined(FLOWTALK_GLOO)
    const auto options = c10d::ProcessGroupGloo::Options::create(kSlowest);
    const auto interface = environment("GLOO_SOCKET_IFNAME");
    options->devices.push_back(
        interface ? c10d::ProcessGroupGloo::createDeviceForInterface(*interface)
                  : c10d::ProcessGroupGloo::createDeviceForHostname(
                        address_towards(place_.host, place_.port)));
    group_ = c10::make_intrusive<c10d::ProcessGroupGloo>(store_, rank(), size(), options);
    if ((size() & (size() - 1)) != 0) return;  // no power of two
    for (int apart = 1; apart < size(); apart *= 2) {
      const int first = rank() & ~apart;
      const auto store = c10::make_intrusive<c10d::PrefixStore>(
          fmt::format("pair {} {}", first, first + apart), store_);
      pairs_.push_back(
          c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank() == first ? 0 : 1, 2, options));
    }
#else
    fail("ranks without GPUs need Gloo; install libgloo-dev and build flowtalk again");
#endif
  }
  void open_nccl() {
#if defined(USE_C10D_NCCL)
    group_ = c10::make_intrusive<c10d::ProcessGroupNCCL>(store_, rank(), size());
#else
    fail("ranks on GPUs need NCCL, which this libtorch has not; use one rank, or {} cpu",
         Field("device"));
#endif
  }

  // On the device of the group, and back.
  template <class Collective>
  void together(const Collective& collective, torch::Tensor& values) {
    std::vector<at::Tensor> list = {device_.is_cuda() ? values.to(device_) : values};
    try {
      collective(list)->wait();
      if (!list[0].is_same(values)) values.copy_(list[0]);
    } catch (const std::exception&) {
      end_without_others();
    }
  }

  // Somebody has failed by itself and says so, or is gone; then the first to notice says so.
  [[noreturn]] void end_without_others() {
    failed_ = true;
    std::vector<int> gone;
    try {
      store_->add(fmt::format("left {}", rank()), 1);
      const auto until = Clock::now() + kLastWords;
      do {
        if (count("failed") > 0) end_unheard();
        gone.clear();
        for (int other = 0; other < size(); ++other) {
          if (count(fmt::format("left {}", other)) == 0) gone.push_back(other);
        }
        std::this_thread::sleep_for(kBetweenLooks);
      } while (Clock::now() < until);
    } catch (const Unheard&) {
      throw;
    } catch (const std::exception&) {  // the store went with rank 0, the next one speaks
      if (rank() > 1) throw Unheard(kStoppedExit);
      gone = {0};
      throw lost(gone);
    }
    if (!first_to_fail(kStoppedExit)) throw Unheard(kStoppedExit);
    throw lost(gone);
  }
  [[noreturn]] void end_unheard() {
    const auto code = store_->get("exit code");
    if (rank() != 0) store_->add("ended", 1);
    throw Unheard(std::stoi(std::string(code.begin(), code.end())));
  }
  RankLost lost(const std::vector<int>& gone) const {
    if (gone.empty()) {
      return RankLost(fmt::format("the connection between the {} ranks broke", size()));
    }
    std::vector<std::string> names;
    for (const int other : gone) {
      names.push_back(fmt::format("rank {} of {} (node {})", other, size(),
                                  nodes_[static_cast<size_t>(other)]));
    }
    return RankLost(
        fmt::format("{} {} gone", fmt::join(names, ", "), gone.size() == 1 ? "is" : "are"));
  }

  int64_t count(const std::string& key) { return store_->add(key, 0); }

  Place place_;
  torch::Device device_;
  Store store_;
  std::vector<std::string> nodes_;
  c10::intrusive_ptr<Group> group_;
  std::vector<c10::intrusive_ptr<Group>> pairs_;  // with rank +-1, +-2, +-4 and so on
  bool failed_ = false;
};

}  // namespace

std::shared_ptr<Ranks> join(const Place& place, const std::string& device) {
  if (place.size == 1) return alone();
  return std::make_shared<Joined>(place, torch::Device(device));
}

}  // namespace flowtalk::train
