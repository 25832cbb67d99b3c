// How far apart sensors on the lips are while somebody speaks (electromagnetic articulography).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace flowtalk::data {

struct LipSensors {
  double rate_hz = 0;
  std::vector<double> aperture_mm;  // (T) sample i at i / rate_hz of the sound, gaps filled
  double first_s = 0, last_s = 0;   // where the sensors were seen first and last
};

// How such a file begins.
inline constexpr std::string_view kLipSensorsHeader = "t_s,lip_aperture_mm";

// Lines of numbers whose first two columns are t_s and lip_aperture_mm, as the first line says; a
// sensor that was lost reads 1 mm or less, and a straight line goes over it. Errors name the line:
// cells that are no numbers, times that do not go on evenly from 0, nothing that was seen.
LipSensors lip_sensors_of(std::string_view text, const std::string& where);
LipSensors load_lip_sensors(const std::filesystem::path& path);

}  // namespace flowtalk::data
