// From the field table of an options struct to options of a command line: name and help of each
// field, strict reading of its value, its range, and whether it was given. CLI11 stays in bind.cpp:
// its headers take seconds in every file that sees them.
#pragma once

#include <fmt/ranges.h>

#include <charconv>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "apps/options/command_line.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"

namespace flowtalk::apps {

// How a field is spelled where "--kebab-case" is not all.
struct Spelling {
  std::string field;
  std::string names;      // "-o,--output"; "VOICE,--wav-path" takes it without an option, too
  bool one_each = false;  // a list takes one value per option, and never the words after that
};

// The option that a message names for a field: "--max-cut", "-o".
std::string flag_of(std::string_view field);

// One command: its options are bound, then read. Every command takes -q.
class Command {
 public:
  // name: "flowtalk predict"
  Command(const std::string& name, const std::string& summary, const std::string& footer = "");
  ~Command();

  // Every field of `options`, which must outlive parse(). Its `given`, if it has one, is filled.
  template <class Options>
  void bind(Options& options, std::vector<Spelling> spellings = {}) {
    spellings_ = std::move(spellings);
    options.fields(*this);
    finish_.push_back([this, &options] {
      if constexpr (requires { options.given; }) {
        for (const std::string& field : given()) options.given.add(field);
      }
      check_ranges(options);
    });
  }
  // False: --help was asked for and has been printed. Anything wrong is a usage Error.
  bool parse(const Args& args);
  // Asked for: the result alone, without progress, remarks and details. Warnings stay.
  bool quiet() const { return quiet_; }

  // What Options::fields calls.
  template <class T, class R>
  void operator()(const char* field, T& value, const R& range, const char* help) {
    add(field, value, fmt::format("{} ({} to {})", help, range.lo, range.hi));
  }
  template <class T>
  void operator()(const char* field, T& value, const char* help) {
    if constexpr (fields_detail::HasFields<T>) {
      value.fields(*this);
    } else {
      add(field, value, help);
    }
  }

 private:
  const Spelling* spelling_of(std::string_view field) const;
  std::string names_of(std::string_view field) const;

  void add(const std::string& field, bool& value, const std::string& help);
  void add(const std::string& field, std::string& value, const std::string& help);
  void add(const std::string& field, std::vector<std::string>& value, const std::string& help);
  void add_reader(const std::string& field, std::function<void(const std::string& word)> reader,
                  const std::string& type, const std::string& help);
  template <class T>
  void add(const std::string& field, T& value, const std::string& help) {
    const auto reader = [field, &value](const std::string& word) { read(field, word, value); };
    add_reader(field, reader, type_of(value), help);
  }
  // As --help says it: "INT", "TEXT:{natural,grey}".
  template <class T>
  static std::string type_of(const std::optional<T>&) {
    return type_of(T{});
  }
  template <class T>
  static std::string type_of(const T& value) {
    if constexpr (std::is_floating_point_v<T>) {
      return "FLOAT";
    } else if constexpr (std::is_integral_v<T>) {
      return std::is_unsigned_v<T> ? "UINT" : "INT";
    } else if constexpr (requires { all_texts(value); }) {
      return fmt::format("TEXT:{{{}}}", fmt::join(all_texts(value), ","));
    } else {
      return "TEXT";
    }
  }
  std::vector<std::string> given() const;  // the fields that the command line names

  template <class T>
  static void read(const std::string& field, const std::string& word, std::optional<T>& value) {
    read(field, word, value.emplace());
  }
  template <class T>
  static void read(const std::string& field, const std::string& word, T& value) {
    if constexpr (std::is_same_v<T, std::filesystem::path> || std::is_same_v<T, std::string>) {
      value = word;
    } else if constexpr (fields_detail::TextValue<T>) {
      try {
        from_text(word, value);
      } catch (const Error& e) {
        fail_usage("{} {}: {}", Field(field), word, e.marked());
      }
    } else {
      const char* end = word.data() + word.size();
      const auto [stop, code] = std::from_chars(word.data(), end, value);
      if (code == std::errc() && stop == end) return;
      fail_usage("{} {}: expected a {}number{}", Field(field), word,
                 std::is_integral_v<T> ? "whole " : "",
                 std::is_unsigned_v<T> ? " of at least 0" : "");
    }
  }

  bool quiet_ = false;
  struct Words;  // CLI11's
  std::unique_ptr<Words> words_;
  std::vector<Spelling> spellings_;
  std::vector<std::function<void()>> finish_;
};

}  // namespace flowtalk::apps
