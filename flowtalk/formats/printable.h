// Text that came from a file, made fit for a one-line message.
#pragma once

#include <string>
#include <string_view>

namespace flowtalk::formats {

// In single quotes; line ends, control characters and bytes beyond ASCII as \xNN; long text is cut.
std::string printable(std::string_view text);

}  // namespace flowtalk::formats
