// Element-wise ops, norms and layout of NativeOps; the products are in native_products.cpp.
#include "flowtalk/ops/native.h"

#include <algorithm>

#include "flowtalk/base/error.h"
#include "flowtalk/tensor/kernels.h"

namespace flowtalk::ops {

using tensor::count;
using tensor::Operand;
using tensor::to_string;

namespace {

constexpr int64_t kGrain = 1 << 15;  // values per share of work

// body(begin, end) over [0, total) items of `weight` values each, in shares of about kGrain values.
template <class F>
void share(ThreadPool& pool, int64_t total, int64_t weight, const F& body) {
  const int64_t step = std::max<int64_t>(1, kGrain / std::max<int64_t>(1, weight));
  const int64_t shares = (total + step - 1) / step;
  if (shares <= 2) {
    body(int64_t{0}, total);
  } else {
    pool.parallel_for(shares, [&](int64_t i) { body(i * step, std::min(total, (i + 1) * step)); });
  }
}

template <class F>
tensor::Tensor map(ThreadPool& pool, const tensor::Tensor& x, const F& f) {
  tensor::Tensor y(x.shape());
  share(pool, x.size(), 1,
        [&](int64_t begin, int64_t end) { f(x.data() + begin, y.data() + begin, end - begin); });
  return y;
}

// f(row of x, row of y, length) for each row along the last axis.
template <class F>
void each_row(ThreadPool& pool, const tensor::Tensor& x, const F& f) {
  const int64_t length = x.dim(-1), rows = length == 0 ? 0 : x.size() / length;
  share(pool, rows, length, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) f(r, x.data() + r * length, length);
  });
}

// The shape that two shapes broadcast to, as loops (outermost first) with one step per operand;
// neighbouring loops that both operands walk alike are merged.
struct Broadcast {
  struct Loop {
    int64_t size, step_a, step_b;
  };
  Shape shape;
  RecycledVector<Loop> loops;
};

Broadcast broadcast(const Shape& a, const Shape& b) {
  Broadcast result;
  const size_t rank = std::max(a.size(), b.size());
  result.shape.resize(rank);
  int64_t step_a = 1, step_b = 1;
  for (size_t i = 0; i < rank; ++i) {  // i counts axes from the last
    const int64_t size_a = i < a.size() ? a[a.size() - 1 - i] : 1;
    const int64_t size_b = i < b.size() ? b[b.size() - 1 - i] : 1;
    FT_CHECK(size_a == size_b || size_a == 1 || size_b == 1, "{} does not broadcast with {}",
             to_string(a), to_string(b));
    const int64_t size = size_a == 1 ? size_b : size_a;
    result.shape[rank - 1 - i] = size;
    const Broadcast::Loop loop{size, size_a == 1 ? 0 : step_a, size_b == 1 ? 0 : step_b};
    step_a *= size_a;
    step_b *= size_b;
    if (size == 1) continue;
    if (!result.loops.empty()) {
      auto& inner = result.loops.back();
      if (loop.step_a == inner.step_a * inner.size && loop.step_b == inner.step_b * inner.size) {
        inner.size *= size;
        continue;
      }
    }
    result.loops.push_back(loop);
  }
  if (result.loops.empty()) result.loops.push_back({1, 0, 0});
  std::reverse(result.loops.begin(), result.loops.end());
  return result;
}

using BinaryKernel = void (*)(Operand, Operand, float*, int64_t);

tensor::Tensor binary(ThreadPool& pool, const tensor::Tensor& a, const tensor::Tensor& b,
                      BinaryKernel kernel) {
  const Broadcast plan = broadcast(a.shape(), b.shape());
  tensor::Tensor y(plan.shape);
  const auto inner = plan.loops.back();
  const auto run = [&](int64_t offset_a, int64_t offset_b, float* to, int64_t n) {
    kernel({a.data() + offset_a, inner.step_a}, {b.data() + offset_b, inner.step_b}, to, n);
  };
  if (plan.loops.size() == 1) {
    share(pool, y.size(), 1, [&](int64_t begin, int64_t end) {
      run(begin * inner.step_a, begin * inner.step_b, y.data() + begin, end - begin);
    });
    return y;
  }
  const int64_t rows = inner.size == 0 ? 0 : y.size() / inner.size;
  share(pool, rows, inner.size, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      int64_t rest = row, offset_a = 0, offset_b = 0;
      for (size_t l = plan.loops.size() - 1; l-- > 0;) {
        const auto& loop = plan.loops[l];
        offset_a += rest % loop.size * loop.step_a;
        offset_b += rest % loop.size * loop.step_b;
        rest /= loop.size;
      }
      run(offset_a, offset_b, y.data() + row * inner.size, inner.size);
    }
  });
  return y;
}

int64_t checked_axis(const tensor::Tensor& x, int64_t axis) {
  const int64_t result = axis < 0 ? axis + x.rank() : axis;
  FT_CHECK(result >= 0 && result < x.rank(), "axis {} of {}", axis, to_string(x.shape()));
  return result;
}

// Product of the sizes of axes [begin, end).
int64_t extent(const Shape& shape, int64_t begin, int64_t end) {
  int64_t product = 1;
  for (int64_t axis = begin; axis < end; ++axis) product *= shape[static_cast<size_t>(axis)];
  return product;
}

}  // namespace

tensor::Tensor NativeOps::add(const Tensor& a, const Tensor& b) {
  return binary(*pool_, a, b, tensor::add_values);
}
tensor::Tensor NativeOps::sub(const Tensor& a, const Tensor& b) {
  return binary(*pool_, a, b, tensor::sub_values);
}
tensor::Tensor NativeOps::mul(const Tensor& a, const Tensor& b) {
  return binary(*pool_, a, b, tensor::mul_values);
}
tensor::Tensor NativeOps::div(const Tensor& a, const Tensor& b) {
  return binary(*pool_, a, b, tensor::div_values);
}

tensor::Tensor NativeOps::scale(const Tensor& x, float factor) {
  return map(*pool_, x, [=](const float* from, float* to, int64_t n) {
    tensor::affine_values(from, to, n, factor, 0);
  });
}
tensor::Tensor NativeOps::offset(const Tensor& x, float amount) {
  return map(*pool_, x, [=](const float* from, float* to, int64_t n) {
    tensor::affine_values(from, to, n, 1, amount);
  });
}
tensor::Tensor NativeOps::leaky_relu(const Tensor& x, float slope) {
  return map(*pool_, x, [=](const float* from, float* to, int64_t n) {
    tensor::leaky_relu_values(from, to, n, slope);
  });
}
tensor::Tensor NativeOps::clamp(const Tensor& x, float lo, float hi) {
  return map(*pool_, x, [=](const float* from, float* to, int64_t n) {
    tensor::clamp_values(from, to, n, lo, hi);
  });
}
tensor::Tensor NativeOps::exp(const Tensor& x) { return map(*pool_, x, tensor::exp_values); }
tensor::Tensor NativeOps::log(const Tensor& x) { return map(*pool_, x, tensor::log_values); }
tensor::Tensor NativeOps::tanh(const Tensor& x) { return map(*pool_, x, tensor::tanh_values); }
tensor::Tensor NativeOps::sigmoid(const Tensor& x) {
  return map(*pool_, x, tensor::sigmoid_values);
}
tensor::Tensor NativeOps::softplus(const Tensor& x) {
  return map(*pool_, x, tensor::softplus_values);
}
tensor::Tensor NativeOps::gelu(const Tensor& x) { return map(*pool_, x, tensor::gelu_values); }

tensor::Tensor NativeOps::sum_last(const Tensor& x) {
  Tensor y = Tensor::zeros(Shape(x.shape().begin(), x.shape().end() - 1));
  each_row(*pool_, x, [&](int64_t row, const float* values, int64_t n) {
    y[row] = tensor::sum_values(values, n);
  });
  return y;
}

tensor::Tensor NativeOps::softmax_last(const Tensor& x) {
  Tensor y(x.shape());
  each_row(*pool_, x, [&](int64_t row, const float* values, int64_t n) {
    tensor::softmax_row(values, y.data() + row * n, n);
  });
  return y;
}

tensor::Tensor NativeOps::layer_norm(const Tensor& x, const Tensor& gain, const Tensor& bias,
                                     float eps) {
  FT_CHECK(gain.size() == x.dim(-1) && bias.size() == x.dim(-1), "layer_norm: {}, gain {}, bias {}",
           to_string(x.shape()), to_string(gain.shape()), to_string(bias.shape()));
  Tensor y(x.shape());
  each_row(*pool_, x, [&](int64_t row, const float* values, int64_t n) {
    tensor::layer_norm_row(values, gain.data(), bias.data(), eps, y.data() + row * n, n);
  });
  return y;
}

tensor::Tensor NativeOps::time_norm(const Tensor& x, const Tensor& gain, const Tensor& bias,
                                    float eps) {
  FT_CHECK(x.rank() == 3 && gain.size() == x.dim(2) && bias.size() == x.dim(2),
           "time_norm: {}, gain {}, bias {}", to_string(x.shape()), to_string(gain.shape()),
           to_string(bias.shape()));
  const int64_t frames = x.dim(1), channels = x.dim(2);
  constexpr int64_t kWidth = tensor::kMaxTimeNormChannels;
  const int64_t strips = (channels + kWidth - 1) / kWidth;
  Tensor y(x.shape());
  share(*pool_, x.dim(0) * strips, frames * kWidth, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i % strips * kWidth;
      const int64_t at = i / strips * frames * channels + first;
      tensor::time_norm_columns(x.data() + at, gain.data() + first, bias.data() + first, eps,
                                y.data() + at, frames, channels,
                                std::min(kWidth, channels - first));
    }
  });
  return y;
}

tensor::Tensor NativeOps::transpose(const Tensor& x, int64_t a, int64_t b) {
  const int64_t first = std::min(checked_axis(x, a), checked_axis(x, b));
  const int64_t second = std::max(checked_axis(x, a), checked_axis(x, b));
  if (first == second) return x;
  Shape shape = x.shape();
  std::swap(shape[static_cast<size_t>(first)], shape[static_cast<size_t>(second)]);
  const int64_t outer = extent(x.shape(), 0, first), rows = x.dim(first);
  const int64_t middle = extent(x.shape(), first + 1, second), columns = x.dim(second);
  const int64_t inner = extent(x.shape(), second + 1, x.rank());
  Tensor y(shape);
  // x (outer, rows, middle, columns, inner) -> y (outer, columns, middle, rows, inner)
  share(*pool_, outer * columns, rows * middle * inner, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t o = i / columns, c = i % columns;
      const float* from = x.data() + (o * rows * middle * columns + c) * inner;
      float* to = y.data() + i * middle * rows * inner;
      for (int64_t m = 0; m < middle; ++m) {
        for (int64_t r = 0; r < rows; ++r, to += inner) {
          std::copy_n(from + (r * middle + m) * columns * inner, inner, to);
        }
      }
    }
  });
  return y;
}

tensor::Tensor NativeOps::concat(std::span<const Tensor> list, int64_t axis) {
  FT_CHECK(!list.empty(), "concat of nothing");
  if (list.size() == 1) return list.front();
  const int64_t at = checked_axis(list.front(), axis);
  Shape shape = list.front().shape();
  shape[static_cast<size_t>(at)] = 0;
  for (const Tensor& x : list) {
    Shape expected = x.shape();
    FT_CHECK(x.rank() == list.front().rank(), "concat of {} and {}",
             to_string(list.front().shape()), to_string(x.shape()));
    shape[static_cast<size_t>(at)] += x.dim(at);
    expected[static_cast<size_t>(at)] = shape[static_cast<size_t>(at)];
    FT_CHECK(expected == shape, "concat of {} and {} along axis {}",
             to_string(list.front().shape()), to_string(x.shape()), axis);
  }
  Tensor y(shape);
  const int64_t outer = extent(shape, 0, at), row = extent(shape, at, y.rank());
  int64_t column = 0;
  for (const Tensor& x : list) {
    const int64_t width = extent(x.shape(), at, x.rank());
    for (int64_t o = 0; o < outer; ++o) {
      std::copy_n(x.data() + o * width, width, y.data() + o * row + column);
    }
    column += width;
  }
  return y;
}

tensor::Tensor NativeOps::slice(const Tensor& x, int64_t axis, int64_t begin, int64_t end) {
  const int64_t at = checked_axis(x, axis);
  FT_CHECK(0 <= begin && begin <= end && end <= x.dim(at), "slice [{}, {}) of axis {} of {}", begin,
           end, axis, to_string(x.shape()));
  Shape shape = x.shape();
  shape[static_cast<size_t>(at)] = end - begin;
  const int64_t outer = extent(shape, 0, at), inner = extent(shape, at + 1, x.rank());
  if (outer == 1) return Tensor::borrow(shape, x.data() + begin * inner, x.owner());
  const int64_t from_row = x.dim(at) * inner, row = (end - begin) * inner;
  Tensor y(shape);
  for (int64_t o = 0; o < outer; ++o) {
    std::copy_n(x.data() + o * from_row + begin * inner, row, y.data() + o * row);
  }
  return y;
}

tensor::Tensor NativeOps::rows(const Tensor& x, std::span<const int64_t> rows) {
  FT_CHECK(x.rank() == 2, "rows of {}", to_string(x.shape()));
  const int64_t width = x.dim(1);
  Tensor y({static_cast<int64_t>(rows.size()), width});
  float* to = y.data();
  for (const int64_t row : rows) {
    FT_CHECK(row >= 0 && row < x.dim(0), "row {} of {}", row, to_string(x.shape()));
    to = std::copy_n(x.data() + row * width, width, to);
  }
  return y;
}

}  // namespace flowtalk::ops
