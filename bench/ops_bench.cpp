// Time of the native ops at the shapes of the models: products, convolutions, attention, glue.
// GF/s counts two operations per multiply-add. The argument named `threads` is the pool's size.
#include <benchmark/benchmark.h>
#include <omp.h>

#include <oneapi/dnnl/dnnl.hpp>

#include "flowtalk/base/rng.h"
#include "flowtalk/ops/native.h"

namespace flowtalk {
namespace {

using tensor::Shape;
using tensor::Tensor;

Tensor random_tensor(const Shape& shape) {
  Rng rng(1);
  Tensor x(shape);
  for (float& v : x.values()) v = static_cast<float>(rng.normal());
  return x;
}

void report_flops(benchmark::State& state, double flops) {
  state.counters["GF/s"] =
      benchmark::Counter(flops * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

void linear(benchmark::State& state) {
  ThreadPool pool(static_cast<int>(state.range(3)));
  ops::NativeOps ops(pool);
  const int64_t m = state.range(0), k = state.range(1), n = state.range(2);
  const Tensor x = random_tensor({m, k}), weight = random_tensor({n, k}), bias = random_tensor({n});
  for (auto _ : state) benchmark::DoNotOptimize(ops.linear(x, weight, bias));
  report_flops(state, 2.0 * static_cast<double>(m * k * n));
}
BENCHMARK(linear)
    ->ArgNames({"m", "k", "n", "threads"})
    ->ArgsProduct({{1, 50, 300}, {768}, {768, 3072}, {1, 2}})
    ->ArgsProduct({{6, 150}, {96, 192}, {192}, {1, 2}})
    ->UseRealTime();

// The rival: the same product by oneDNN's matmul with weights in the layout that it asks for.
void onednn_linear(benchmark::State& state) {
  using dnnl::memory;
  omp_set_num_threads(static_cast<int>(state.range(3)));
  const int64_t m = state.range(0), k = state.range(1), n = state.range(2);
  Tensor x = random_tensor({m, k}), weight = random_tensor({n, k}), bias = random_tensor({1, n});
  Tensor y({m, n});
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  const auto f32 = memory::data_type::f32;
  const memory::desc x_desc({m, k}, f32, memory::format_tag::ab);
  const memory::desc w_plain({k, n}, f32, memory::format_tag::ba);
  const memory::desc w_any({k, n}, f32, memory::format_tag::any);
  const memory::desc b_desc({1, n}, f32, memory::format_tag::ab);
  const memory::desc y_desc({m, n}, f32, memory::format_tag::ab);
  const dnnl::matmul::primitive_desc description({x_desc, w_any, b_desc, y_desc}, engine);
  memory source(x_desc, engine, x.data()), plain(w_plain, engine, weight.data());
  memory packed(description.weights_desc(), engine);
  dnnl::reorder(plain, packed).execute(stream, plain, packed);
  memory bias_memory(b_desc, engine, bias.data()), out(y_desc, engine, y.data());
  const dnnl::matmul product(description);
  for (auto _ : state) {
    product.execute(stream, {{DNNL_ARG_SRC, source},
                             {DNNL_ARG_WEIGHTS, packed},
                             {DNNL_ARG_BIAS, bias_memory},
                             {DNNL_ARG_DST, out}});
    stream.wait();
  }
  state.SetLabel(description.impl_info_str());
  report_flops(state, 2.0 * static_cast<double>(m * k * n));
}
BENCHMARK(onednn_linear)
    ->ArgNames({"m", "k", "n", "threads"})
    ->ArgsProduct({{1, 50, 300}, {768}, {768, 3072}, {1, 2}})
    ->ArgsProduct({{6, 150}, {96, 192}, {192}, {1, 2}})
    ->UseRealTime();

// Packing included, as in the first call of a process.
void first_linear(benchmark::State& state) {
  ThreadPool pool(1);
  const Tensor x = random_tensor({150, 192}), weight = random_tensor({384, 192});
  for (auto _ : state) {
    ops::NativeOps ops(pool);
    benchmark::DoNotOptimize(ops.linear(x, weight));
  }
}
BENCHMARK(first_linear);

void conv(benchmark::State& state) {
  ThreadPool pool(static_cast<int>(state.range(5)));
  ops::NativeOps ops(pool);
  const int64_t frames = state.range(0), in = state.range(1), out = state.range(2);
  const int64_t taps = state.range(3);
  const Tensor x = random_tensor({1, frames, in}), weight = random_tensor({out, in, taps});
  const ops::ConvOptions options{.stride = state.range(4)};
  for (auto _ : state) benchmark::DoNotOptimize(ops.conv1d(x, weight, options));
  const double rows = static_cast<double>((frames - taps) / options.stride + 1);
  report_flops(state, 2.0 * rows * static_cast<double>(in * out * taps));
}
BENCHMARK(conv)
    ->ArgNames({"frames", "in", "out", "taps", "stride", "threads"})
    ->ArgsProduct({{32000}, {1}, {512}, {10}, {5}, {1, 2}})
    ->ArgsProduct({{6399}, {512}, {512}, {3}, {2}, {1, 2}})
    ->ArgsProduct({{154}, {96}, {192}, {5}, {1}, {1, 2}})
    ->UseRealTime();

void position_conv(benchmark::State& state) {
  ThreadPool pool(1);
  ops::NativeOps ops(pool);
  const Tensor x = random_tensor({1, 99, 768}), weight = random_tensor({768, 48, 128});
  const ops::ConvOptions options{.groups = 16, .left = 64, .right = 63};
  for (auto _ : state) benchmark::DoNotOptimize(ops.conv1d(x, weight, options));
  report_flops(state, 2.0 * 99 * 768 * 48 * 128);
}
BENCHMARK(position_conv);

void attention(benchmark::State& state) {
  ThreadPool pool(1);
  ops::NativeOps ops(pool);
  const int64_t frames = state.range(0);
  const Tensor x = random_tensor({1, frames, 768});
  for (auto _ : state) benchmark::DoNotOptimize(ops.attention(x, x, x, 12));
  report_flops(state, 4.0 * static_cast<double>(frames * frames * 768));
}
BENCHMARK(attention)->ArgName("frames")->Arg(50)->Arg(300)->Arg(1500);

// 10 s of motion; the batch is the samples of one clip.
void gru(benchmark::State& state) {
  ThreadPool pool(1);
  ops::NativeOps ops(pool);
  const int64_t clips = state.range(0), units = state.range(1), frames = 250;
  const Tensor gates = random_tensor({clips, frames, 3 * units});
  const Tensor weight = random_tensor({3 * units, units}), bias = random_tensor({3 * units});
  for (auto _ : state) benchmark::DoNotOptimize(ops.gru(gates, weight, bias));
  report_flops(state, 6.0 * static_cast<double>(clips * frames * units * units));
}
BENCHMARK(gru)->ArgNames({"clips", "units"})->ArgsProduct({{1, 10}, {128, 256}});

template <Tensor (ops::NativeOps::*kOp)(const Tensor&)>
void unary(benchmark::State& state) {
  ThreadPool pool(1);
  ops::NativeOps ops(pool);
  const Tensor x = random_tensor({1, 300, 768});
  for (auto _ : state) benchmark::DoNotOptimize((ops.*kOp)(x));
  state.SetItemsProcessed(state.iterations() * x.size());
}
BENCHMARK(unary<&ops::NativeOps::gelu>)->Name("gelu");
BENCHMARK(unary<&ops::NativeOps::tanh>)->Name("tanh");
BENCHMARK(unary<&ops::NativeOps::sigmoid>)->Name("sigmoid");
BENCHMARK(unary<&ops::NativeOps::exp>)->Name("exp");
BENCHMARK(unary<&ops::NativeOps::softmax_last>)->Name("softmax_last");

void layer_norm(benchmark::State& state) {
  ThreadPool pool(1);
  ops::NativeOps ops(pool);
  const Tensor x = random_tensor({1, 300, 768}), gain = random_tensor({768});
  for (auto _ : state) benchmark::DoNotOptimize(ops.layer_norm(x, gain, gain, 1e-5f));
  state.SetItemsProcessed(state.iterations() * x.size());
}
BENCHMARK(layer_norm);

}  // namespace
}  // namespace flowtalk
