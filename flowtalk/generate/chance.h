// Chance from a file instead of a seed: what a published system drew, so that its very samples come
// out again.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flowtalk::generate {

// What may be given, flat; which of it a family draws is in its row of families.h. T frames, D
// latents.
struct GivenChance {
  std::string where;                // the file
  std::vector<float> noise{};       // (T, D), where a sampling loop starts
  std::vector<float> step_noise{};  // (n, T, D), of the n-th step that is taken
  std::vector<float> eps{};         // (T, D), of a Gaussian
  std::vector<float> uniforms{};    // (R), in [0, 1), of the rows that are codes

  // Calls visit(name, values) for each.
  template <class Given, class Visit>
  static void each(Given& given, Visit&& visit) {
    visit("noise", given.noise);
    visit("step_noise", given.step_noise);
    visit("eps", given.eps);
    visit("uniforms", given.uniforms);
  }

  // Block i of `count` of these values. Error: there are fewer, or the blocks do not come out even.
  std::span<const float> block(const std::vector<float>& values, int64_t i, int64_t count) const;
};

}  // namespace flowtalk::generate
