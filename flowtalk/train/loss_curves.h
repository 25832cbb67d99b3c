// losses.csv and losses.svg of a run: one row, one point per epoch.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flowtalk::train {

// What names of figures of validation begin with.
inline constexpr std::string_view kValid = "valid_";
inline std::string valid_name(const std::string& name) { return std::string(kValid) + name; }

class LossRecord {
 public:
  // Goes on with the first `epochs` rows of an existing record.
  LossRecord(std::filesystem::path folder, int64_t epochs);
  void add(int64_t epoch, const std::map<std::string, double>& metrics);
  // The epoch where this metric was lowest; none if no row has it.
  std::optional<int64_t> lowest(const std::string& metric) const;

 private:
  void save() const;
  std::filesystem::path folder_;
  std::vector<std::pair<int64_t, std::map<std::string, double>>> rows_;
};

// One small panel per metric, training and validation ("valid_" + name) in the same panel.
std::string loss_curves_svg(
    const std::vector<std::pair<int64_t, std::map<std::string, double>>>& rows);

}  // namespace flowtalk::train
