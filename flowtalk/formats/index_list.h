// Lists of vertex indices as text: the regions lve.txt, fdd.txt and eve.txt of the metrics.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace flowtalk::formats {

// Indices separated by commas, blanks or line ends, in brackets or not, also with a comma at the
// end, and as numpy.savetxt writes them; order and repetitions are kept.
// Errors name the file and the place in the list: no index at all, not a number, negative, not
// below `vertices`.
std::vector<uint32_t> load_index_list(
    const std::filesystem::path& path,
    uint64_t vertices = uint64_t{std::numeric_limits<uint32_t>::max()} + 1);
std::vector<uint32_t> read_index_list(std::string_view text, const std::string& where,
                                      uint64_t vertices);

}  // namespace flowtalk::formats
