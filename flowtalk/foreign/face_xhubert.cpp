#include "flowtalk/foreign/face_xhubert.h"

#include "flowtalk/base/error.h"
#include "flowtalk/foreign/subjects.h"
#include "flowtalk/nn/published_names.h"

namespace flowtalk::foreign {

Plan plan_face_xhubert(const Published& file, const Choices& choices) {
  const int64_t values = file.axis("fc.weight", 0), moods = file.axis("emo_vector.weight", 1);
  if (moods != 2) {
    fail("{}: {} emotions; a FaceXHuBERT knows two, neutral and expressive", file.path(), moods);
  }
  Plan plan;
  begin_flame(plan, file, choices, values);
  auto& model = plan.model;
  model.timing.rule = encoder::FrameRule::kPairs;
  const Subjects subjects = subjects_of(file.axis("obj_vector.weight", 1), values, choices);
  model.conditions = {{"neutral", "expressive"}, {"only"}, subjects.names};
  model.condition.form = condition::Form::kOutput;
  model.condition.width = static_cast<int>(file.axis("obj_vector.weight", 0));
  model.generator.kind = generate::Kind::kRegression;
  auto& network = model.generator.regression.network;
  network.kind = generate::NetworkKind::kGru;
  network.gru.width = static_cast<int>(file.axis("gru.weight_hh_l0", 1));
  network.gru.layers = static_cast<int>(file.count("gru.weight_hh_l*"));
  plan.names = nn::together({nn::gru_names("generator/gru", "gru"),
                             nn::linear_names("generator/output", "fc"),
                             {{"generator/style/weight", "obj_vector.weight"},
                              {"generator/emotion/weight", "emo_vector.weight"}}});
  add_vertices(plan, file, choices, values);
  return plan;
}

}  // namespace flowtalk::foreign
