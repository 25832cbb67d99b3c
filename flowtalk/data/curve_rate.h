// A curve over time at another rate, without what is too fast for it.
#pragma once

#include <cstdint>
#include <vector>

namespace flowtalk::data {

// Sample i of the result is the curve at i / to_hz, where its sample k is at k / from_hz: linearly
// between samples, after a Gaussian of 0.35 new samples where the rate falls by more than 5 %. Ends
// are held; floor(size to_hz / from_hz) samples, none is later than the curve lasts.
std::vector<double> resampled(const std::vector<double>& curve, double from_hz, double to_hz);

// The curve at a moment counted in its samples; ends are held. curve: not empty.
double value_at(const std::vector<double>& curve, double at);

}  // namespace flowtalk::data
