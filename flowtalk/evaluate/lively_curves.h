// Curves over time that the figures of liveliness are taken from.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "flowtalk/evaluate/liveliness.h"

namespace flowtalk::evaluate {

// The value below which a share q of the values lies, between two of them by their distance.
// values: not empty.
double quantile(std::vector<double> values, double q);
double deviation(std::span<const double> values);  // standard, about the mean

// How high a peak stands over the higher of the two valleys beside it, within `reach` frames.
double prominence(const std::vector<double>& curve, size_t peak, size_t reach);

// The same curve at another rate, linearly between its values; a mean over each new frame where the
// rate falls, so that what is too fast does not fold.
std::vector<double> at_rate(const std::vector<double>& curve, double from_hz, double to_hz);
// Over five values with the weights 1 4 6 4 1.
std::vector<double> smoothed(const std::vector<double>& curve);

// (frequency in Hz, power) of a curve at 25 frames per second, without its mean and slope, under a
// Hann window.
std::vector<std::pair<double, double>> spectrum(std::span<const double> curve);

// The gaze at 25 frames per second; while the lids are shut it holds what it was before, until
// they are open again.
std::vector<GazeAngles> seen_gaze(const LivingFace& face);

}  // namespace flowtalk::evaluate
