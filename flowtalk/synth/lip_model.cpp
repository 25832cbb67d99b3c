#include "flowtalk/synth/lip_model.h"

#include <algorithm>
#include <array>

#include "flowtalk/face/expression_axes.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::synth {

namespace {

constexpr int kSteps = 40;
constexpr float kLowestJaw = -0.05f, kHighestJaw = 0.45f;

// Measured on the head that the benchmarks were frozen with: the gap over the jaw's angle, and what
// 1 of each expression axis adds to it at 0.1 radians. Metres. Heads that are drawn anew may differ
// by a fraction of a millimetre (a test says so); the benchmarks stay the bytes that they are.
constexpr std::array<float, kSteps + 1> kByJaw{
    -0.00394086028f, -0.00294001913f, -0.00193950022f, -0.000939439691f, 5.99978048e-05f,
    0.00105866278f,  0.00205639284f,  0.00305303419f,  0.00404841965f,   0.00504238578f,
    0.00603476819f,  0.00702539552f,  0.00801408943f,  0.00900067948f,   0.00998499058f,
    0.0109668411f,   0.0119460523f,   0.0129224341f,   0.0138958031f,    0.0148659758f,
    0.015832752f,    0.01679595f,     0.0177553724f,   0.0187108181f,    0.0196620952f,
    0.0206090007f,   0.0215513296f,   0.0224888939f,   0.0234214701f,    0.0243488681f,
    0.0252708662f,   0.0261872634f,   0.027097851f,    0.028002413f,     0.0289007351f,
    0.0297926106f,   0.030677814f,    0.0315561444f,   0.0324273854f,    0.0332912989f,
    0.0341476873f};
constexpr std::array<float, motion::kLiveExpression> kByAxis{0,
                                                             0,
                                                             -4.14438546e-07f,
                                                             -4.14438546e-07f,
                                                             0,
                                                             0,
                                                             0,
                                                             0,
                                                             0,
                                                             0,
                                                             0,
                                                             0,
                                                             0,
                                                             0,
                                                             0,
                                                             0,
                                                             0,
                                                             -3.35276127e-08f,
                                                             -3.35276127e-08f,
                                                             4.09567729e-05f,
                                                             -1.63540244e-06f,
                                                             -1.63540244e-06f,
                                                             0.000290214084f,
                                                             0.000290214084f,
                                                             0.000510782935f,
                                                             0,
                                                             -0.0209858567f,
                                                             0.00734193157f,
                                                             0.00050827302f,
                                                             -5.29270619e-06f,
                                                             -5.29270619e-06f,
                                                             -4.07798216e-05f,
                                                             -4.07798216e-05f,
                                                             -4.52622771e-06f,
                                                             -4.52622771e-06f,
                                                             -3.91369686e-05f,
                                                             -3.91369686e-05f,
                                                             -4.24962491e-05f,
                                                             -4.24962491e-05f,
                                                             0,
                                                             0,
                                                             1.69053674e-05f,
                                                             1.50157139e-05f,
                                                             -3.77185643e-06f,
                                                             -3.77185643e-06f,
                                                             0.00325649232f,
                                                             0.00325649325f,
                                                             0.00336393062f,
                                                             0.00336393062f,
                                                             0};

}  // namespace

float gap_of(std::span<const float> frame) {
  const float jaw = std::clamp(frame[motion::kJawAt], kLowestJaw, kHighestJaw);
  const float at = (jaw - kLowestJaw) / (kHighestJaw - kLowestJaw) * kSteps;
  const auto cell = std::min(static_cast<size_t>(at), static_cast<size_t>(kSteps - 1));
  const float part = at - static_cast<float>(cell);
  float gap = kByJaw[cell] * (1 - part) + kByJaw[cell + 1] * part;
  for (size_t a = 0; a < kByAxis.size(); ++a) gap += kByAxis[a] * frame[a];
  return gap;
}

void close_lips(std::span<float> frame, float closure) {
  constexpr size_t kClose = face::axis("mouthClose");
  frame[kClose] = 0;
  const float open = std::max(0.0f, gap_of(frame));
  frame[kClose] = std::clamp(closure * open / -kByAxis[kClose], 0.0f, 1.0f);
}

void rest_lips(std::span<float> frame, float rest) {
  constexpr size_t kClose = face::axis("mouthClose");
  constexpr float kPressed = 0.0003f;  // metres
  frame[kClose] = std::min(1.0f, frame[kClose] + rest * kPressed / -kByAxis[kClose]);
}

}  // namespace flowtalk::synth
