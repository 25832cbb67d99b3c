// What every reader must do with a bad file; for the tests of this room.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/golden_files.h"

namespace flowtalk::formats {

inline std::string message_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

// `read` fails with one line that names the file and holds the reason, and takes little memory.
inline void expect_refusal(const std::function<void()>& read, const std::string& file,
                           const std::string& reason) {
  expect_little_memory(read);
  const std::string message = message_of(read);
  EXPECT_THAT(message, ::testing::HasSubstr(file));
  EXPECT_THAT(message, ::testing::HasSubstr(reason));
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

}  // namespace flowtalk::formats
