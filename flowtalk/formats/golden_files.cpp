#include "flowtalk/formats/golden_files.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <new>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"

namespace flowtalk::formats {
namespace fs = std::filesystem;
namespace {

double expected_real(const Json& value) {
  if (value.is_number()) return value.get<double>();
  const auto text = value.get<std::string>();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  return text == "inf" ? INFINITY : text == "-inf" ? -INFINITY : std::stod(text);
}

void expect_same_element(const Array& got, int64_t i, const Json& value) {
  if (got.dtype == Dtype::kBool) {
    EXPECT_EQ(got.int64(i) != 0, value.get<bool>()) << i;
  } else if (is_whole(got.dtype)) {
    const auto have =
        got.dtype == Dtype::kU64 ? std::to_string(got.uint64(i)) : std::to_string(got.int64(i));
    EXPECT_EQ(have, value.is_string() ? value.get<std::string>() : value.dump()) << i;
  } else {
    const double want = expected_real(value), have = got.real(i);
    if (std::isnan(want)) {
      EXPECT_TRUE(std::isnan(have)) << i;
    } else {
      EXPECT_EQ(std::bit_cast<uint64_t>(have), std::bit_cast<uint64_t>(want)) << i;
    }
  }
}

size_t address_space_bytes() {
  size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

fs::path golden_folder() {
  const char* chosen = std::getenv("FLOWTALK_GOLDEN");
  return chosen != nullptr ? chosen : FLOWTALK_GOLDEN_DEFAULT;
}

void expect_same_as_golden(const Array& got, const Json& expected) {
  EXPECT_EQ(numpy_name_of(got.dtype), expected["dtype"].get<std::string>());
  ASSERT_EQ(got.shape, expected["shape"].get<tensor::Shape>());
  const Json& values = expected["values"];
  ASSERT_EQ(static_cast<size_t>(got.size()), values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    expect_same_element(got, static_cast<int64_t>(i), values[i]);
  }
}

void check_golden_files(const std::string& kind,
                        const std::function<void(const fs::path&, const Json&)>& read) {
  const fs::path folder = golden_folder() / "formats", list = folder / "expected.json";
  if (!fs::exists(list)) GTEST_SKIP() << "skipped: no golden data at " << list;
  const Json all = parse_json(load_file(list), list.string());
  int files = 0;
  for (const auto& [name, entry] : all.items()) {
    if (!name.starts_with(kind + "/")) continue;
    ++files;
    SCOPED_TRACE(name);
    const auto expect = entry["expect"].get<std::string>();
    std::string message;
    try {
      read(folder / name, entry);
    } catch (const Error& e) {
      message = e.what();
      EXPECT_NE(message.find(fs::path(name).filename()), std::string::npos) << message;
      EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    }
    if (expect == "ok") {
      EXPECT_EQ(message, "");
    }
    if (expect == "refuse") {
      EXPECT_NE(message, "");
    }
  }
  EXPECT_GT(files, 10);
}

void expect_little_memory(const std::function<void()>& read) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return;  // the sanitizers reserve address space by the terabyte
#endif
  constexpr size_t kAllowed = size_t{64} << 20;
  constexpr int kTooMuch = 7;
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const rlim_t limit = address_space_bytes() + kAllowed;
    const rlimit limits{limit, limit};
    setrlimit(RLIMIT_AS, &limits);
    try {
      read();
    } catch (const Error&) {
    } catch (const std::bad_alloc&) {
      _exit(kTooMuch);
    }
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0) << "it asks for more than 64 MiB";
}

}  // namespace flowtalk::formats
