// A condition of whichever form a checkpoint says.
#pragma once

#include <cstdint>
#include <span>
#include <variant>

#include "flowtalk/condition/conditioner.h"
#include "flowtalk/condition/product_condition.h"

namespace flowtalk::condition {

template <class Ops>
class AnyConditioner {
 public:
  using T = ops::TensorOf<Ops>;
  using Forms = std::variant<Conditioner<Ops>, ProductCondition<Ops>, OutputCondition<Ops>>;

  // speech_width: channels of the speech features.
  AnyConditioner(params::Scope<Ops> p, int64_t speech_width, const ConditionConfig& c,
                 const Conditions& conditions)
      : forms_(make(p, speech_width, c, conditions)) {}

  // speech (B, T, C'), a curve and a style for each clip
  Condition<Ops> operator()(Ops& ops, const T& speech, const EmotionCurve& curve,
                            std::span<const int64_t> style) const {
    return std::visit([&](const auto& form) { return form(ops, speech, curve, style); }, forms_);
  }
  // Null: it is of another form.
  const Conditioner<Ops>* graph() const { return std::get_if<Conditioner<Ops>>(&forms_); }

 private:
  static Forms make(params::Scope<Ops> p, int64_t speech_width, const ConditionConfig& c,
                    const Conditions& conditions) {
    switch (c.form) {
      case Form::kProduct:
        return ProductCondition<Ops>(p, speech_width, c.width, conditions);
      case Form::kOutput:
        return OutputCondition<Ops>(p, c.width, conditions);
      case Form::kGraph:
        break;
    }
    return Conditioner<Ops>(p, speech_width, c, conditions);
  }

  Forms forms_;
};

// Channels of the values of its condition.
inline int64_t condition_width(const ConditionConfig& c, int64_t speech_width) {
  return c.form == Form::kOutput ? speech_width : c.width;
}

}  // namespace flowtalk::condition
