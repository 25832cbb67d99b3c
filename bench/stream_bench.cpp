// What a live face costs: processor time of one step of 80 ms of 1, 8 and 16 streams on one thread,
// by turns and together, after 5 s of sound. The default model, and one with a smaller encoder,
// whose weights are random and of 16 bits.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

#include "flowtalk/stream/stream.h"
#include "tests/live_model.h"

namespace {

using namespace flowtalk;

model::ModelConfig of_a_smaller_encoder() {
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

constexpr size_t kStep = 1280, kWarm = 5 * flame::kAudioHz;

// Processor time of a step of each stream, in ms: p50, p99, and of all of them in the 80 ms that it
// stands for, on one processor.
void report(benchmark::State& state, std::vector<double> times) {
  std::sort(times.begin(), times.end());
  const auto quantile = [&](double q) {
    return times[static_cast<size_t>(q * static_cast<double>(times.size() - 1))];
  };
  state.counters["p50_ms"] = quantile(0.5);
  state.counters["p99_ms"] = quantile(0.99);
  state.counters["of_real_time"] = quantile(0.5) * static_cast<double>(state.range(0)) / 80;
}

// round(streams, session, the sound that comes) -> times of a step of one stream
template <class Round>
void rounds(benchmark::State& state, const Round& round) {
  const bool small = state.range(1) == 0;
  const auto model = small ? tests::model_of(of_a_smaller_encoder(), 3, formats::Dtype::kF16)
                           : predict::Model::load(FLOWTALK_SOURCES "/models/default");
  state.SetLabel(small ? "a smaller encoder" : "the default");
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
    round(streams, session, std::span(voice).subspan(at, kStep), times);
    for (auto& stream : streams) {
      while (stream.pull()) continue;
    }
    at = at + 2 * kStep <= voice.size() ? at + kStep : kWarm;
  }
  report(state, std::move(times));
}

void by_turns(benchmark::State& state) {
  rounds(state, [](auto& streams, const auto& session, auto sound, auto& times) {
    for (auto& stream : streams) {
      const double before = thread_ms();
      stream.push(sound);
      stream.run(session);
      times.push_back(thread_ms() - before);
    }
  });
}
BENCHMARK(by_turns)->ArgsProduct({{1, 8, 16}, {0, 1}})->Unit(benchmark::kMillisecond);

void together(benchmark::State& state) {
  rounds(state, [](auto& streams, const auto& session, auto sound, auto& times) {
    const double before = thread_ms();
    std::vector<stream::Stream*> all;
    for (auto& stream : streams) {
      stream.push(sound);
      all.push_back(&stream);
    }
    stream::Stream::run_many(session, all);
    times.push_back((thread_ms() - before) / static_cast<double>(all.size()));
  });
}
BENCHMARK(together)->ArgsProduct({{1, 8, 16}, {0, 1}})->Unit(benchmark::kMillisecond);

}  // namespace
