// Processes that train one model together, the ranks, each on its windows of every batch. Rank 0
// leads: it alone writes, and says what happens.
#pragma once

#include <torch/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/interruption.h"
#include "flowtalk/base/part.h"

namespace flowtalk::train {

// The items of a batch (or of a list) that one rank takes: `count` from `first` on, of `all`.
struct Share {
  int64_t first = 0, count = 0, all = 0;

  static Share whole(int64_t all) { return {0, all, all}; }
  // The i-th of so many pieces; where there are fewer items than pieces, each is all.
  static Share piece_of(int64_t all, int64_t i, int64_t pieces);
};

// What one rank throws where all have to end and another one says why: it has no message.
class Unheard : public Error {
 public:
  explicit Unheard(int exit_code) : Error("", exit_code) {}
};

// Another rank is gone: "rank 3 of 8 (node n2) is gone".
class RankLost : public Error {
 public:
  explicit RankLost(const std::string& who) : Error(who, kStoppedExit) {}
};

// Every rank makes the same calls in the same order. Errors of sum, broadcast and barrier: RankLost
// on one of those that are left, Unheard on the others, or on all if a rank has failed by itself.
class Ranks {
 public:
  Ranks(int rank, int size) : rank_(rank), size_(size) {}
  virtual ~Ranks() = default;
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  bool leads() const { return rank_ == 0; }
  Share share(int64_t all) const { return Share::piece_of(all, rank_, size_); }
  // Those of `pieces` pieces of it that are this rank's; their number is a multiple of size().
  std::vector<Share> pieces(int64_t all, int64_t pieces) const;

  // Over all ranks, in place: the same bits on each. `values` is contiguous.
  virtual void sum(torch::Tensor& values) = 0;
  // In the place of what the others hold, what the leader holds.
  virtual void broadcast(torch::Tensor& values) = 0;
  virtual void barrier() = 0;
  // We end with an error: whether it is ours to say, as the first that failed.
  virtual bool first_to_fail(int exit_code) = 0;

  // Whether it is so on any rank.
  bool any(bool flag);
  // The leader's words.
  std::string hear(const std::string& words);

 private:
  int rank_, size_;
};

std::shared_ptr<Ranks> alone();

// Where this process stands among those that were started with it.
struct Place {
  int rank = 0, size = 1, local = 0;
  std::string host;  // where the ranks find each other
  int port = 0;
  bool hosted = false;                // by whoever started us, else by rank 0
  std::chrono::seconds patience{60};  // for the others to come

  // "cuda" is the GPU of the place on its machine.
  std::string device_of(const std::string& device) const;
};

// From the variables of torchrun (RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR, MASTER_PORT), of a
// step of Slurm, or of Open MPI, in this order; nothing where none of them started us. Usage Error:
// variables that contradict each other.
std::optional<Place> find_place(const Variables& variables);

// Joins the others; over NCCL where the device is a GPU, else over Gloo. Error: not all come, or
// they do not fit together; what this libtorch has not.
std::shared_ptr<Ranks> join(const Place& place, const std::string& device);

// Runs `work`. An Error that leaves it is thrown on by the first rank that failed, and is Unheard
// on the others.
void in_step(const std::shared_ptr<Ranks>& ranks, const std::function<void()>& work);

}  // namespace flowtalk::train
