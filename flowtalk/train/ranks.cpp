#include "flowtalk/train/ranks.h"

#include <algorithm>
#include <charconv>

namespace flowtalk::train {
namespace {

class Alone : public Ranks {
 public:
  Alone() : Ranks(0, 1) {}
  void sum(torch::Tensor&) override {}
  void broadcast(torch::Tensor&) override {}
  void barrier() override {}
  bool first_to_fail(int) override { return true; }
};

int number_of(const char* name, const std::string& text, int least, int most) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, value);
  if (code != std::errc() || stop != end || value < least || value > most) {
    fail_usage("{}={}: expected {} to {}; unset it, or start with {}", name, text, least, most,
               Field("ranks"));
  }
  return value;
}

constexpr int kMostRanks = 65536;

// A variable that must stand beside the others.
int needed(const Variables& variables, const char* name, const char* with, int least, int most) {
  const auto text = variables(name);
  if (!text) {
    fail_usage("{} is set, {} is not; set all that say the place of a rank, or none", with, name);
  }
  return number_of(name, *text, least, most);
}

// Rank and size by the variables of those names.
Place placed(const Variables& variables, const char* rank, const char* size, const char* local) {
  Place place;
  place.size = needed(variables, size, rank, 1, kMostRanks);
  place.rank = needed(variables, rank, size, 0, kMostRanks);
  if (place.rank >= place.size) {
    fail_usage("{}={}: there are {} ranks ({}), so expected 0 to {}", rank, place.rank, place.size,
               size, place.size - 1);
  }
  const auto text = variables(local);
  place.local = text ? number_of(local, *text, 0, kMostRanks) : place.rank;
  return place;
}

void take_meeting_point(const Variables& variables, const std::string& host, int port,
                        Place& place) {
  place.host = variables("MASTER_ADDR").value_or(host);
  const auto text = variables("MASTER_PORT");
  place.port = text ? number_of("MASTER_PORT", *text, 1, 65535) : port;
}

constexpr int kUsualPort = 29500;  // of torchrun

Place of_torchrun(const Variables& variables) {
  Place place = placed(variables, "RANK", "WORLD_SIZE", "LOCAL_RANK");
  take_meeting_point(variables, "127.0.0.1", kUsualPort, place);
  const auto agent = variables("TORCHELASTIC_USE_AGENT_STORE");
  place.hosted = agent && (*agent == "True" || *agent == "1");
  // Variables that a person sets by hand are the ones that are wrong at times.
  if (!variables("TORCHELASTIC_RUN_ID")) place.patience = std::chrono::seconds(10);
  return place;
}

Place of_slurm(const Variables& variables) {
  Place place = placed(variables, "SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID");
  const int job = needed(variables, "SLURM_JOB_ID", "SLURM_PROCID", 0, 2147483647);
  // Above what is asked for by name, below what the system gives out.
  take_meeting_point(variables, variables("SLURM_LAUNCH_NODE_IPADDR").value_or("127.0.0.1"),
                     20000 + job % 10000, place);
  return place;
}

Place of_open_mpi(const Variables& variables) {
  Place place = placed(variables, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE",
                       "OMPI_COMM_WORLD_LOCAL_RANK");
  take_meeting_point(variables, "127.0.0.1", kUsualPort, place);
  const auto here = variables("OMPI_COMM_WORLD_LOCAL_SIZE");
  if (here && *here != std::to_string(place.size) && !variables("MASTER_ADDR")) {
    fail_usage(
        "MASTER_ADDR is not set, and the ranks are on several machines; give mpirun "
        "-x MASTER_ADDR=ADDRESS with that of rank 0");
  }
  return place;
}

}  // namespace

Share Share::piece_of(int64_t all, int64_t i, int64_t pieces) {
  if (all < pieces) return whole(all);
  const int64_t first = all * i / pieces;
  return {first, all * (i + 1) / pieces - first, all};
}

std::vector<Share> Ranks::pieces(int64_t all, int64_t pieces) const {
  std::vector<Share> mine;
  const int64_t each = pieces / size_;
  for (int64_t i = 0; i < each; ++i) mine.push_back(Share::piece_of(all, rank_ * each + i, pieces));
  return mine;
}

bool Ranks::any(bool flag) {
  if (size_ == 1) return flag;
  torch::Tensor count = torch::full({1}, flag ? 1.0f : 0.0f);
  sum(count);
  return count.item<float>() > 0;
}

std::string Ranks::hear(const std::string& words) {
  if (size_ == 1) return words;
  torch::Tensor length = torch::full({1}, static_cast<int64_t>(words.size()), torch::kInt64);
  broadcast(length);
  torch::Tensor letters = torch::zeros({length.item<int64_t>()}, torch::kUInt8);
  if (leads()) std::copy(words.begin(), words.end(), letters.data_ptr<uint8_t>());
  if (letters.numel() > 0) broadcast(letters);
  return {letters.data_ptr<uint8_t>(), letters.data_ptr<uint8_t>() + letters.numel()};
}

std::shared_ptr<Ranks> alone() { return std::make_shared<Alone>(); }

std::string Place::device_of(const std::string& device) const {
  return device == "cuda" && size > 1 ? "cuda:" + std::to_string(local) : device;
}

std::optional<Place> find_place(const Variables& variables) {
  if (variables("RANK") || variables("WORLD_SIZE")) return of_torchrun(variables);
  // Of the step, not of the job: the script of a job sees SLURM_NTASKS and SLURM_PROCID too.
  const auto tasks = variables("SLURM_STEP_NUM_TASKS");
  if (tasks && *tasks != "1" && variables("SLURM_PROCID")) return of_slurm(variables);
  if (variables("OMPI_COMM_WORLD_SIZE")) return of_open_mpi(variables);
  return std::nullopt;
}

void in_step(const std::shared_ptr<Ranks>& ranks, const std::function<void()>& work) {
  try {
    work();
  } catch (const Unheard&) {
    throw;
  } catch (const RankLost&) {
    throw;
  } catch (const Error& e) {
    if (ranks->first_to_fail(e.exit_code())) throw;
    throw Unheard(e.exit_code());
  } catch (const std::exception&) {
    ranks->first_to_fail(1);
    throw;
  }
}

}  // namespace flowtalk::train
