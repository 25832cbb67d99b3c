#include "flowtalk/synth/emotion_pose.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/face/expression_axes.h"

namespace flowtalk::synth {
namespace {

using face::axis;

constexpr AxisOffset kHappy[] = {
    {axis("mouthSmileLeft"), 0.75f},   {axis("mouthSmileRight"), 0.75f},
    {axis("cheekSquintLeft"), 0.6f},   {axis("cheekSquintRight"), 0.6f},
    {axis("eyeSquintLeft"), 0.3f},     {axis("eyeSquintRight"), 0.3f},
    {axis("mouthDimpleLeft"), 0.2f},   {axis("mouthDimpleRight"), 0.2f},
    {axis("mouthUpperUpLeft"), 0.12f}, {axis("mouthUpperUpRight"), 0.12f},
    {axis("browOuterUpLeft"), 0.15f},  {axis("browOuterUpRight"), 0.15f}};
constexpr AxisOffset kSad[] = {{axis("browInnerUp"), 0.85f},      {axis("mouthFrownLeft"), 0.65f},
                               {axis("mouthFrownRight"), 0.65f},  {axis("browDownLeft"), 0.12f},
                               {axis("browDownRight"), 0.12f},    {axis("eyeBlinkLeft"), 0.18f},
                               {axis("eyeBlinkRight"), 0.18f},    {axis("eyeLookDownLeft"), 0.22f},
                               {axis("eyeLookDownRight"), 0.22f}, {axis("mouthShrugLower"), 0.3f},
                               {axis("mouthRollLower"), 0.1f},    {axis("eyeSquintLeft"), 0.12f},
                               {axis("eyeSquintRight"), 0.12f}};
constexpr AxisOffset kSurprised[] = {
    {axis("browInnerUp"), 0.75f},      {axis("browOuterUpLeft"), 0.85f},
    {axis("browOuterUpRight"), 0.85f}, {axis("eyeWideLeft"), 0.85f},
    {axis("eyeWideRight"), 0.85f},     {axis("mouthFunnel"), 0.16f}};
constexpr AxisOffset kFear[] = {
    {axis("browInnerUp"), 0.9f},         {axis("browOuterUpLeft"), 0.2f},
    {axis("browOuterUpRight"), 0.2f},    {axis("browDownLeft"), 0.25f},
    {axis("browDownRight"), 0.25f},      {axis("eyeWideLeft"), 0.75f},
    {axis("eyeWideRight"), 0.75f},       {axis("mouthStretchLeft"), 0.6f},
    {axis("mouthStretchRight"), 0.6f},   {axis("mouthFrownLeft"), 0.2f},
    {axis("mouthFrownRight"), 0.2f},     {axis("mouthLowerDownLeft"), 0.15f},
    {axis("mouthLowerDownRight"), 0.15f}};
constexpr AxisOffset kDisgusted[] = {
    {axis("noseSneerLeft"), 0.85f},   {axis("noseSneerRight"), 0.85f},
    {axis("mouthUpperUpLeft"), 0.4f}, {axis("mouthUpperUpRight"), 0.4f},
    {axis("browDownLeft"), 0.5f},     {axis("browDownRight"), 0.5f},
    {axis("cheekSquintLeft"), 0.45f}, {axis("cheekSquintRight"), 0.45f},
    {axis("eyeSquintLeft"), 0.45f},   {axis("eyeSquintRight"), 0.45f},
    {axis("mouthFrownLeft"), 0.35f},  {axis("mouthFrownRight"), 0.35f},
    {axis("mouthShrugLower"), 0.2f}};
constexpr AxisOffset kAngry[] = {
    {axis("browDownLeft"), 0.9f},       {axis("browDownRight"), 0.9f},
    {axis("eyeSquintLeft"), 0.35f},     {axis("eyeSquintRight"), 0.35f},
    {axis("eyeWideLeft"), 0.15f},       {axis("eyeWideRight"), 0.15f},
    {axis("noseSneerLeft"), 0.4f},      {axis("noseSneerRight"), 0.4f},
    {axis("mouthFrownLeft"), 0.3f},     {axis("mouthFrownRight"), 0.3f},
    {axis("mouthPressLeft"), 0.3f},     {axis("mouthPressRight"), 0.3f},
    {axis("mouthLowerDownLeft"), 0.2f}, {axis("mouthLowerDownRight"), 0.2f},
    {axis("mouthUpperUpLeft"), 0.12f},  {axis("mouthUpperUpRight"), 0.12f},
    {axis("jawForward"), 0.2f}};
constexpr AxisOffset kContempt[] = {
    {axis("mouthSmileLeft"), 0.55f}, {axis("mouthDimpleLeft"), 0.55f},
    {axis("mouthLeft"), 0.12f},      {axis("mouthUpperUpLeft"), 0.12f},
    {axis("cheekSquintLeft"), 0.3f}, {axis("eyeSquintLeft"), 0.25f},
    {axis("eyeSquintRight"), 0.25f}, {axis("browOuterUpRight"), 0.4f},
    {axis("browDownLeft"), 0.2f},    {axis("eyeBlinkLeft"), 0.1f},
    {axis("eyeBlinkRight"), 0.1f},   {axis("mouthPressRight"), 0.25f}};

}  // namespace

const EmotionPose& emotion_pose(int emotion) {
  // offsets, jaw, articulation, lips apart, rate, pitch, range
  static const std::map<std::string_view, EmotionPose> poses = {
      {"neutral", {{}, 0, 0, 0, 1, 1, 1}},
      {"happy", {kHappy, 0.012f, 0.12f, 0.1f, 1.08, 1.15, 1.5}},
      {"sad", {kSad, 0.0f, -0.15f, 0.0f, 0.82, 0.9, 0.5}},
      {"surprised", {kSurprised, 0.055f, 0.15f, 0.75f, 1.04, 1.25, 1.8}},
      {"fear", {kFear, 0.025f, 0.05f, 0.4f, 1.15, 1.2, 1.2}},
      {"disgusted", {kDisgusted, 0.01f, 0.0f, 0.2f, 0.9, 0.93, 0.8}},
      {"angry", {kAngry, 0.01f, 0.18f, 0.1f, 1.12, 1.05, 1.5}},
      {"contempt", {kContempt, 0.0f, -0.08f, 0.0f, 0.93, 0.93, 0.7}}};
  const std::string& name = default_conditions().emotions.at(static_cast<size_t>(emotion));
  const auto pose = poses.find(name);
  if (pose == poses.end()) fail("synthetic corpus: no pose of the emotion '{}' is written", name);
  return pose->second;
}

bool is_mouth_axis(size_t index) {
  return index >= axis("jawForward") && index <= axis("mouthUpperUpRight");
}

VoiceRecipe with_emotion(VoiceRecipe voice, int emotion, float strength) {
  const EmotionPose& pose = emotion_pose(emotion);
  const double k = strength;
  voice.rate *= std::pow(pose.rate, k);
  voice.pitch *= std::pow(pose.pitch, k);
  voice.range *= std::pow(pose.range, k);
  return voice;
}

}  // namespace flowtalk::synth
