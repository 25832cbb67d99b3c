// What sending a live face costs: one frame's packets of each protocol, and the blend of two
// frames.
#include <benchmark/benchmark.h>

#include "flowtalk/live/playback.h"
#include "flowtalk/live/protocol.h"

namespace {

using namespace flowtalk;

void packets(benchmark::State& state) {
  const live::Protocol& protocol = live::protocols()[static_cast<size_t>(state.range(0))];
  arkit::Scored pose;
  for (size_t i = 0; i < pose.scores.size(); ++i) pose.scores[i] = static_cast<float>(i) / 64;
  int64_t frame = 0;
  size_t bytes = 0;
  for (auto _ : state) {
    for (const auto& packet : protocol.packets(pose, frame++, {})) bytes += packet.size();
  }
  state.SetLabel(std::string(protocol.name));
  state.counters["bytes"] = static_cast<double>(bytes) / static_cast<double>(state.iterations());
}
BENCHMARK(packets)->DenseRange(0, static_cast<int64_t>(live::protocols().size()) - 1);

void blend(benchmark::State& state) {
  live::Playback playback(25, 0);
  const auto begin = live::Clock::now();
  const std::vector<float> row(53, 0.5f);
  for (int i = 0; i < 4; ++i) playback.add(row, begin);
  for (auto _ : state) {
    benchmark::DoNotOptimize(playback.at(begin + std::chrono::milliseconds(110)));
  }
}
BENCHMARK(blend);

}  // namespace
