// A condition of whichever form a checkpoint says.
#pragma once

#include <cstdint>
#include <optional>
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

  // speech_width: channels of the speech features. coordinates: of a face at rest for each style,
  // 0: there is none.
  AnyConditioner(params::Scope<Ops> p, int64_t speech_width, const ConditionConfig& c,
                 const Conditions& conditions, int64_t coordinates = 0)
      : forms_(make(p, speech_width, c, conditions)),
        styles_(static_cast<int64_t>(conditions.styles.size())) {
    if (coordinates > 0) rest_ = p.buffer("rest", {styles_, coordinates}, params::zeros());
  }

  // speech (B, T, C'), a curve and a style for each clip
  Condition<Ops> operator()(Ops& ops, const T& speech, const EmotionCurve& curve,
                            std::span<const int64_t> style) const {
    auto made =
        std::visit([&](const auto& form) { return form(ops, speech, curve, style); }, forms_);
    if (rest_) made.rest = rest_of(ops, style);
    return made;
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

  // (B, 1, V); of the average style the mean of all
  T rest_of(Ops& ops, std::span<const int64_t> style) const {
    const auto count = static_cast<int64_t>(style.size());
    const T shares = ops.constant({count, 1, styles_}, shares_of_styles(style, styles_));
    return ops.linear(shares, ops.transpose(*rest_, 0, 1));
  }

  Forms forms_;
  int64_t styles_;
  std::optional<T> rest_;  // (S, V)
};

// Channels of the values of its condition.
inline int64_t condition_width(const ConditionConfig& c, int64_t speech_width) {
  return c.form == Form::kOutput ? speech_width : c.width;
}

}  // namespace flowtalk::condition
