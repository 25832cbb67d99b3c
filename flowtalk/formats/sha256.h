// Which weights a result was made with.
#pragma once

#include <filesystem>
#include <string>

namespace flowtalk::formats {

// SHA-256 of a file in hexadecimal, as sha256sum prints it.
std::string sha256_of(const std::filesystem::path& path);

}  // namespace flowtalk::formats
