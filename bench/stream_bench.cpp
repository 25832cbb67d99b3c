// What a live face costs: processor time of one step of 80 ms, of 1, 8 and 16 streams by turns on
// one thread, after 5 s of sound. Weights are random, sizes those of the default model made live.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <vector>

#include "flowtalk/stream/stream.h"
#include "tests/live_model.h"

namespace {

using namespace flowtalk;

model::ModelConfig default_made_live() {
  model::ModelConfig config;
  config.encoder.normalisation = encoder::Normalisation::kRunning;
  config.encoder.num_conv_pos_right = 4;
  config.encoder.attention_block = 4;
  config.encoder.attention_left = 200;
  config.condition.lookahead = {{1, 1, 0, 0, 0}};
  config.generator.flow.shift = true;
  return config;
}

double thread_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

void step(benchmark::State& state) {
  constexpr size_t kStep = 1280, kWarm = 5 * flame::kAudioHz;
  const auto model = tests::model_of(default_made_live());
  const auto live = stream::LiveModel::of(model);
  const predict::Session session(model, 1);
  const auto voice = tests::speech_like(20);
  std::vector<stream::Stream> streams;
  for (int64_t i = 0; i < state.range(0); ++i) {
    stream::StreamOptions options;
    options.seed = static_cast<uint64_t>(i);
    streams.emplace_back(live, options);
    streams.back().push(std::span(voice).first(kWarm));
    streams.back().run(session);
  }
  std::vector<double> times;
  size_t at = kWarm;
  for (auto _ : state) {
    for (auto& stream : streams) {
      const double before = thread_ms();
      stream.push(std::span(voice).subspan(at, kStep));
      stream.run(session);
      while (stream.pull()) continue;
      times.push_back(thread_ms() - before);
    }
    at = at + 2 * kStep <= voice.size() ? at + kStep : kWarm;
  }
  std::sort(times.begin(), times.end());
  const auto quantile = [&](double q) {
    return times[static_cast<size_t>(q * static_cast<double>(times.size() - 1))];
  };
  state.counters["p50_ms"] = quantile(0.5);
  state.counters["p99_ms"] = quantile(0.99);
}
BENCHMARK(step)->Arg(1)->Arg(8)->Arg(16)->Unit(benchmark::kMillisecond);

}  // namespace
