// The recurrence of a GRU with its gradient in closed form. Through autograd every frame would add
// its own (3H, H) to the gradient of the weight; here one product makes it of all frames.
#include <torch/csrc/autograd/custom_function.h>

#include "flowtalk/ops/torch/torch_ops.h"

namespace flowtalk::ops {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

// Within, time is the first axis: (T, B, ...).
struct Recurrence : torch::autograd::Function<Recurrence> {
  static Tensor forward(AutogradContext* context, const Tensor& gates, const Tensor& weight,
                        const Tensor& bias) {
    const int64_t frames = gates.size(1), units = weight.size(1);
    const Tensor said = gates.transpose(0, 1).contiguous(), across = weight.t();
    Tensor h = torch::zeros({gates.size(0), units}, gates.options());
    // Reset, update, candidate, and what the state says of the candidate.
    Tensor parts = torch::empty({frames, gates.size(0), 4 * units}, gates.options());
    Tensor states = torch::empty({frames, gates.size(0), units}, gates.options());
    for (int64_t t = 0; t < frames; ++t) {
      const Tensor own = torch::addmm(bias, h, across), now = said.select(0, t);
      const Tensor both = torch::sigmoid(now.narrow(1, 0, 2 * units) + own.narrow(1, 0, 2 * units));
      const Tensor last = own.narrow(1, 2 * units, units);
      const Tensor candidate =
          torch::tanh(now.narrow(1, 2 * units, units) + both.narrow(1, 0, units) * last);
      h = candidate + both.narrow(1, units, units) * (h - candidate);
      Tensor kept = parts.select(0, t);
      kept.narrow(1, 0, 2 * units).copy_(both);
      kept.narrow(1, 2 * units, units).copy_(candidate);
      kept.narrow(1, 3 * units, units).copy_(last);
      states.select(0, t).copy_(h);
    }
    context->save_for_backward({weight, parts, states});
    return states.transpose(0, 1);
  }

  static tensor_list backward(AutogradContext* context, tensor_list wanted) {
    const auto saved = context->get_saved_variables();
    const Tensor &weight = saved[0], &parts = saved[1], &states = saved[2];
    const int64_t frames = states.size(0), clips = states.size(1), units = states.size(2);
    const Tensor to_states = wanted[0].transpose(0, 1).contiguous();
    const Tensor start = torch::zeros({1, clips, units}, states.options());
    const Tensor before = torch::cat({start, states.narrow(0, 0, frames - 1)});
    Tensor of_gates = torch::empty({frames, clips, 3 * units}, states.options());
    Tensor of_own = torch::empty_like(of_gates);  // of W h + bias
    Tensor of_h = torch::zeros({clips, units}, states.options());
    for (int64_t t = frames; t-- > 0;) {
      const auto part = [&](int64_t i) { return parts.select(0, t).narrow(1, i * units, units); };
      const Tensor reset = part(0), update = part(1), candidate = part(2);
      of_h = of_h + to_states.select(0, t);
      const Tensor of_candidate = of_h * (1 - update) * (1 - candidate * candidate);
      const Tensor of_update = of_h * (before.select(0, t) - candidate) * update * (1 - update);
      const Tensor of_reset = of_candidate * part(3) * reset * (1 - reset);
      of_gates.select(0, t).copy_(torch::cat({of_reset, of_update, of_candidate}, 1));
      of_own.select(0, t).copy_(torch::cat({of_reset, of_update, of_candidate * reset}, 1));
      of_h = torch::addmm(of_h * update, of_own.select(0, t), weight);
    }
    const Tensor flat = of_own.reshape({frames * clips, 3 * units});
    return {of_gates.transpose(0, 1), torch::mm(flat.t(), before.reshape({frames * clips, units})),
            flat.sum(0)};
  }
};

}  // namespace

Tensor TorchOps::gru(const Tensor& gates, const Tensor& weight, const Tensor& bias) const {
  return Recurrence::apply(gates, weight, bias);
}

}  // namespace flowtalk::ops
