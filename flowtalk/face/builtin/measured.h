// Measures of a mean adult head that the built-in one is held to: facts read off the neutral mean
// of ICT-FaceKit (University of Southern California, MIT licence; an average of light-stage scans),
// scaled to 63 mm between the centres of the eyeballs. mm; x to the face's left, y up, z forward;
// origin midway between those centres. The left half stands for both.
#pragma once

#include <array>
#include <string_view>

#include "flowtalk/face/builtin/vec.h"

namespace flowtalk::face::builtin::measured {

// Where that origin lies in the head's own coordinates (measurements.h).
inline constexpr Vec kOrigin{0, 0, 67};

struct Landmark {
  std::string_view name;
  Vec place;
};
inline constexpr std::array<Landmark, 21> kLandmarks{{
    {"jaw at ear", {74.4f, 0.8f, -43.7f}},     {"jaw angle", {66.3f, -60.2f, -28.4f}},
    {"jaw", {43.5f, -99.1f, -6.4f}},           {"chin", {0, -112.9f, 24.8f}},
    {"brow, outer", {58.8f, 16.1f, -0.7f}},    {"brow, top", {38.3f, 26.8f, 18.7f}},
    {"brow, inner", {11.8f, 23.3f, 27.8f}},    {"nasion", {0, 1.4f, 27.8f}},
    {"nose tip", {0, -32.3f, 51.4f}},          {"nostril wing", {12.7f, -48.0f, 29.2f}},
    {"nose base", {0, -48.6f, 36.2f}},         {"eye, outer corner", {45.1f, -1.7f, 6.3f}},
    {"upper lid", {39.1f, 2.8f, 14.0f}},       {"eye, inner corner", {18.6f, -3.5f, 12.3f}},
    {"lower lid", {39.0f, -5.4f, 12.6f}},      {"mouth corner", {25.6f, -72.0f, 22.3f}},
    {"cupid peak", {7.4f, -60.9f, 37.9f}},     {"upper lip, top", {0, -61.5f, 39.0f}},
    {"lower lip, bottom", {0, -80.6f, 36.1f}}, {"upper lip, inner", {0, -70.0f, 33.3f}},
    {"lower lip, inner", {0, -70.8f, 33.1f}},
}};

// Depth z of the front of the head over height y and half-width x = 0, 8, 16, ...
inline constexpr float kGap = 9999;  // beside the head, or in the opening of an eye
inline constexpr float kStep = 8;
struct DepthRow {
  float y;
  std::array<float, 13> z;
};
inline constexpr std::array<DepthRow, 30> kDepth{{
    {104, {-39, -41, -45, -54, kGap, kGap, kGap, kGap, kGap, kGap, kGap, kGap, kGap}},
    {96, {-20, -21, -24, -29, -38, -52, kGap, kGap, kGap, kGap, kGap, kGap, kGap}},
    {88, {-7, -8, -11, -15, -21, -31, -46, -78, kGap, kGap, kGap, kGap, kGap}},
    {80, {2, 1, -1, -4, -10, -18, -29, -46, kGap, kGap, kGap, kGap, kGap}},
    {72, {9, 8, 7, 4, -1, -8, -18, -31, -51, kGap, kGap, kGap, kGap}},
    {64, {14, 14, 12, 10, 6, 0, -9, -21, -38, -70, kGap, kGap, kGap}},
    {56, {18, 18, 17, 15, 11, 5, -3, -14, -29, -53, kGap, kGap, kGap}},
    {48, {21, 21, 20, 18, 14, 9, 2, -8, -23, -44, kGap, kGap, kGap}},
    {40, {24, 24, 23, 21, 17, 12, 5, -4, -18, -39, kGap, kGap, kGap}},
    {32, {26, 26, 26, 24, 20, 15, 8, -2, -16, -37, kGap, kGap, kGap}},
    {24, {28, 28, 27, 26, 23, 19, 12, 1, -14, -36, -81, kGap, kGap}},
    {16, {28, 27, 26, 24, 21, 19, 14, 5, -13, -35, kGap, kGap, kGap}},
    {8, {27, 24, 19, 17, 17, 16, 12, 5, -12, -35, kGap, kGap, kGap}},
    {0, {29, 22, 14, kGap, kGap, kGap, 7, 0, -12, -33, kGap, kGap, kGap}},
    {-8, {34, 27, 16, 15, 16, 13, 6, -1, -11, -31, -70, -89, kGap}},
    {-16, {40, 34, 21, 16, 15, 12, 8, 2, -8, -29, -81, -93, kGap}},
    {-24, {47, 41, 26, 19, 16, 14, 11, 5, -6, -30, -85, -93, kGap}},
    {-32, {51, 48, 30, 21, 19, 16, 12, 6, -6, -39, -86, -91, kGap}},
    {-40, {50, 23, 36, 22, 20, 17, 12, 5, -8, -61, -77, kGap, kGap}},
    {-48, {37, 33, 27, 23, 21, 17, 11, 2, -13, -64, -74, kGap, kGap}},
    {-56, {36, 36, 31, 26, 21, 16, 10, -1, -17, -66, kGap, kGap, kGap}},
    {-64, {39, 37, 34, 27, 22, 15, 7, -4, -22, kGap, kGap, kGap, kGap}},
    {-72, {35, 34, 29, 22, 21, 14, 5, -7, -30, kGap, kGap, kGap, kGap}},
    {-80, {36, 35, 31, 24, 18, 12, 2, -12, kGap, kGap, kGap, kGap, kGap}},
    {-88, {30, 29, 27, 22, 16, 8, -3, -23, kGap, kGap, kGap, kGap, kGap}},
    {-96, {31, 30, 26, 21, 13, 3, -12, -66, kGap, kGap, kGap, kGap, kGap}},
    {-104, {30, 29, 26, 19, 9, -8, -51, -68, kGap, kGap, kGap, kGap, kGap}},
    {-112, {26, 25, 20, 10, -22, -44, -55, -70, kGap, kGap, kGap, kGap, kGap}},
    {-120, {0, -5, -18, -28, -39, -49, -57, -72, kGap, kGap, kGap, kGap, kGap}},
    {-128, {-23, -24, -28, -35, -44, -50, -58, -72, kGap, kGap, kGap, kGap, kGap}},
}};

// The outline of a level: half-width and where in z the head is that wide, and its rearmost point.
// Between y = 5 and -58 the widest points are ears.
struct Level {
  float y, half_width, z, back;
};
inline constexpr std::array<Level, 28> kLevels{{
    {110, 4, -81, -87},    {100, 40, -83, -125},   {90, 54, -82, -139},    {80, 64, -83, -148},
    {70, 70, -81, -155},   {60, 74, -79, -160},    {50, 77, -83, -164},    {40, 79, -87, -167},
    {30, 80, -81, -168},   {20, 80, -82, -168},    {10, 79, -81, -168},    {0, 88, -83, -167},
    {-10, 93, -94, -164},  {-20, 92, -96, -161},   {-30, 90, -95, -157},   {-40, 87, -90, -152},
    {-50, 82, -81, -146},  {-60, 68, -46, -142},   {-70, 66, -40, -140},   {-80, 62, -39, -138},
    {-90, 59, -77, -138},  {-100, 58, -81, -138},  {-110, 58, -80, -139},  {-120, 57, -81, -142},
    {-130, 58, -86, -145}, {-140, 62, -109, -150}, {-150, 72, -116, -155}, {-160, 90, -123, -161},
}};

}  // namespace flowtalk::face::builtin::measured
