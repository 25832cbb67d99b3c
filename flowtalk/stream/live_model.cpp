#include "flowtalk/stream/live_model.h"

#include <utility>

#include "flowtalk/face/builtin/lids.h"
#include "flowtalk/predict/predict_options.h"
#include "flowtalk/predict/regions.h"

namespace flowtalk::stream {

std::shared_ptr<const LiveModel> LiveModel::of(std::shared_ptr<const predict::Model> model) {
  predict::require_motion(*model);
  model::require_live(model->config(), model->name());
  return std::shared_ptr<const LiveModel>(new LiveModel(std::move(model)));
}

LiveModel::LiveModel(std::shared_ptr<const predict::Model> model) : model_(std::move(model)) {
  ThreadPool pool(1);
  ops::NativeOps ops(pool, model_->network().packed);
  emotions_ = conditioner().control.tables(ops);
  styles_ = ops.transpose(conditioner().styles, 0, 1);
  folded_ = flow().folded(ops);
  if (config().axes != motion::Axes::kBuiltin) return;
  // These are made at their first use: not in the middle of a stream.
  face::builtin_lid_opening(true);
  predict::builtin_shares();
}

}  // namespace flowtalk::stream
