// Where a rank stands, and that what ranks share adds up to what one does alone.
#include "flowtalk/train/ranks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "flowtalk/train/draws.h"
#include "flowtalk/train/gradients.h"
#include "flowtalk/train/loop.h"
#include "flowtalk/train/means.h"
#include "flowtalk/train/moments.h"
#include "tests/refusal.h"
#include "tests/variables.h"

namespace flowtalk::train {
namespace {

using ::testing::HasSubstr;
using tests::variables;

TEST(Places, AreThoseOfTheLauncher) {
  EXPECT_FALSE(find_place(variables({})));
  const auto torchrun = find_place(variables({{"RANK", "3"},
                                              {"WORLD_SIZE", "8"},
                                              {"LOCAL_RANK", "1"},
                                              {"MASTER_ADDR", "node7"},
                                              {"MASTER_PORT", "1234"},
                                              {"SLURM_STEP_NUM_TASKS", "2"},
                                              {"SLURM_PROCID", "0"}}));
  ASSERT_TRUE(torchrun);
  EXPECT_EQ(torchrun->rank, 3);
  EXPECT_EQ(torchrun->size, 8);
  EXPECT_EQ(torchrun->device_of("cuda"), "cuda:1");
  EXPECT_EQ(torchrun->device_of("cpu"), "cpu");
  EXPECT_EQ(torchrun->host, "node7");
  EXPECT_EQ(torchrun->port, 1234);
  const auto slurm = find_place(variables({{"SLURM_PROCID", "1"},
                                           {"SLURM_STEP_NUM_TASKS", "2"},
                                           {"SLURM_LOCALID", "0"},
                                           {"SLURM_JOB_ID", "70001"},
                                           {"SLURM_LAUNCH_NODE_IPADDR", "10.0.0.7"}}));
  ASSERT_TRUE(slurm);
  EXPECT_EQ(slurm->rank, 1);
  EXPECT_EQ(slurm->size, 2);
  EXPECT_EQ(slurm->host, "10.0.0.7");
  EXPECT_EQ(slurm->port, 20001);
  const auto open_mpi = find_place(variables({{"OMPI_COMM_WORLD_RANK", "1"},
                                              {"OMPI_COMM_WORLD_SIZE", "2"},
                                              {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"},
                                              {"OMPI_COMM_WORLD_LOCAL_RANK", "1"}}));
  ASSERT_TRUE(open_mpi);
  EXPECT_EQ(open_mpi->rank, 1);
  EXPECT_EQ(open_mpi->local, 1);
}

// The script of a job sees how many tasks the job has, and that it is the first: it would wait for
// ranks that do not exist.
TEST(Places, AJobsScriptIsNoRank) {
  EXPECT_FALSE(
      find_place(variables({{"SLURM_NTASKS", "2"}, {"SLURM_PROCID", "0"}, {"SLURM_JOB_ID", "7"}})));
}

TEST(Places, ThatContradictThemselvesAreRefused) {
  const auto said = [](std::map<std::string, std::string> set) {
    return tests::refusal([&] { find_place(variables(std::move(set))); });
  };
  EXPECT_THAT(said({{"RANK", "0"}}), HasSubstr("RANK is set, WORLD_SIZE is not"));
  EXPECT_THAT(said({{"RANK", "2"}, {"WORLD_SIZE", "2"}}), HasSubstr("there are 2 ranks"));
  EXPECT_THAT(said({{"RANK", "x"}, {"WORLD_SIZE", "2"}}), HasSubstr("RANK=x: expected 0 to"));
  EXPECT_THAT(said({{"OMPI_COMM_WORLD_RANK", "0"},
                    {"OMPI_COMM_WORLD_SIZE", "4"},
                    {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}}),
              HasSubstr("MASTER_ADDR is not set"));
}

TEST(Shares, AreTheWhole) {
  for (const int64_t all : {4, 7, 128}) {
    int64_t next = 0;
    for (int64_t i = 0; i < 4; ++i) {
      const Share share = Share::piece_of(all, i, 4);
      EXPECT_EQ(share.first, next);
      EXPECT_EQ(share.all, all);
      next += share.count;
    }
    EXPECT_EQ(next, all);
  }
  EXPECT_EQ(Share::piece_of(2, 1, 4).count, 2);  // all of them, for each
}

TEST(Draws, AWindowDrawsTheSameWhereverItIs) {
  const Draws all(5, 9, Share::whole(6)), some(5, 9, {2, 3, 6});
  EXPECT_TRUE(torch::equal(all.normal("a", {4, 2}).narrow(0, 2, 3), some.normal("a", {4, 2})));
  EXPECT_TRUE(torch::equal(all.uniform("a", {3}).narrow(0, 2, 3), some.uniform("a", {3})));
  EXPECT_FALSE(torch::equal(all.uniform("a", {3}), all.uniform("b", {3})));
  EXPECT_FALSE(
      torch::equal(all.uniform("a", {3}), Draws(5, 10, Share::whole(6)).uniform("a", {3})));
  EXPECT_EQ(all.streams("c")[2].fork("d").next_u64(), some.streams("c")[0].fork("d").next_u64());
}

TEST(Moments, AreThoseOfAllFrames) {
  const torch::Tensor frames = torch::randn({50, 4}) * 3 + 100;
  Moments moments;
  for (const int64_t at : {0, 20, 45})
    moments.add(frames.narrow(0, at, at == 0 ? 20 : at == 20 ? 25 : 5));
  EXPECT_LT((moments.mean() - frames.mean(0)).abs().max().item<float>(), 1e-4);
  EXPECT_LT((moments.sd() - frames.to(torch::kFloat64).std(0)).abs().max().item<float>(), 1e-4);
}

TEST(Summands, CountRealFramesOnly) {
  const torch::Tensor values = torch::arange(12).to(torch::kFloat32).reshape({1, 3, 4});
  const torch::Tensor mask = torch::tensor({{1.0f, 1.0f, 0.0f}});
  const auto ranks = alone();
  const auto mean = [&](const torch::Tensor& of) {
    return means_of(summed({{{"x", masked(of, mask)}}}, *ranks)).at("x").item<float>();
  };
  EXPECT_EQ(mean(values), 3.5f);
  EXPECT_EQ(mean(values.select(2, 1)), 3.0f);
}

// Where pieces have unequally many frames the mean of means would be another number.
TEST(Summands, OfPiecesMakeTheMeanOfTheWhole) {
  const torch::Tensor values = torch::rand({6, 5, 3}),
                      mask = (torch::rand({6, 5}) > 0.4).to(torch::kFloat32);
  const auto part = [&](int64_t first, int64_t count) {
    return Summands{{"x", masked(values.narrow(0, first, count), mask.narrow(0, first, count))}};
  };
  const auto ranks = alone();
  const std::vector<Summands> pieces = {part(0, 1), part(1, 2), part(3, 3)};
  const Summands whole = summed(pieces, *ranks);
  const float expected = means_of(summed({part(0, 6)}, *ranks)).at("x").item<float>();
  EXPECT_NEAR(means_of(whole).at("x").item<float>(), expected, 1e-6);
  float shares = 0;
  for (const Summands& piece : pieces) shares += shares_of(piece, whole).at("x").item<float>();
  EXPECT_NEAR(shares, expected, 1e-6);
}

TEST(Gradients, OfPiecesAddUpAndKeepTheirNorm) {
  const torch::Tensor w = torch::ones({3}, torch::requires_grad()),
                      unused = torch::ones({2}, torch::requires_grad());
  Gradients gradients({w, unused});
  const auto ranks = alone();
  for (int step = 0; step < 3; ++step) {
    gradients.clear();
    for (int batch = 0; batch < 2; ++batch) {
      for (int piece = 0; piece < 3; ++piece) {
        (w * w).sum().div(2).backward();  // its gradient is w, ones
        gradients.end_piece();
      }
      gradients.end_batch(*ranks);
    }
    EXPECT_NEAR(gradients.finish(100), 6 * std::sqrt(3.0), 1e-5);
    EXPECT_TRUE(torch::equal(w.grad(), torch::full({3}, 6.0f)));
    EXPECT_TRUE(torch::equal(unused.grad(), torch::zeros({2})));
  }
  gradients.clear();
  (w * w).sum().backward();
  gradients.end_piece();
  gradients.end_batch(*ranks);
  gradients.finish(1);
  EXPECT_NEAR(w.grad().norm().item<double>(), 1, 1e-5);
}

TEST(Pieces, FitRanksAndWindows) {
  TrainConfig config;
  config.batch = 16;
  EXPECT_EQ(pieces_of(config, 1, false), 4);
  EXPECT_EQ(pieces_of(config, 4, false), 4);
  EXPECT_EQ(pieces_of(config, 8, false), 8);
  EXPECT_EQ(pieces_of(config, 2, true), 2);
  config.pieces = 8;
  EXPECT_EQ(pieces_of(config, 2, true), 8);
  EXPECT_THAT(tests::refusal([&] { pieces_of(config, 16, false); }), HasSubstr("train.pieces 8"));
  config.batch = 6;
  config.pieces = 0;
  EXPECT_EQ(pieces_of(config, 1, false), 1);
}

// Four ranks in one process, each on a thread.
struct Together : ::testing::Test {
  void all(int size, const std::function<void(Ranks&)>& work) {
    ++port;
    std::vector<std::thread> threads;
    for (int rank = 0; rank < size; ++rank) {
      threads.emplace_back([&, rank] {
        Place place{rank, size, rank, "127.0.0.1", port, false, std::chrono::seconds(20)};
        const auto ranks = join(place, "cpu");
        work(*ranks);
      });
    }
    for (auto& thread : threads) thread.join();
  }
  static inline int port = 18000 + static_cast<int>(getpid() % 1000) * 4;
};

TEST_F(Together, SumsAreTheSameBitsAsATreeOnOne) {
  for (const int size : {2, 3, 4}) {
    std::vector<torch::Tensor> given, heard(static_cast<size_t>(size));
    for (int rank = 0; rank < size; ++rank) given.push_back(torch::randn({1000}));
    all(size, [&](Ranks& ranks) {
      torch::Tensor values = given[static_cast<size_t>(ranks.rank())].clone();
      ranks.sum(values);
      heard[static_cast<size_t>(ranks.rank())] = values;
      EXPECT_EQ(ranks.hear(ranks.leads() ? "of the leader" : ""), "of the leader");
      EXPECT_TRUE(ranks.any(ranks.rank() == size - 1));
      EXPECT_FALSE(ranks.any(false));
    });
    const torch::Tensor tree = size == 2   ? given[0] + given[1]
                               : size == 4 ? (given[0] + given[1]) + (given[2] + given[3])
                                           : torch::stack(given).sum(0);
    for (const torch::Tensor& sum : heard) {
      EXPECT_TRUE(torch::equal(sum, heard[0]));
      EXPECT_TRUE(size == 3 || torch::equal(sum, tree));
      EXPECT_LT((sum - tree).abs().max().item<float>(), 1e-5);
    }
  }
}

}  // namespace
}  // namespace flowtalk::train
