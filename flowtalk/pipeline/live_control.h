// What a live face is asked for by other programs while it runs: messages of OSC.
#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>

#include "flowtalk/base/reporter.h"
#include "flowtalk/live/osc_reader.h"
#include "flowtalk/live/udp.h"
#include "flowtalk/model/model_config.h"
#include "flowtalk/stream/stream.h"

namespace flowtalk::pipeline {

// "9000", this machine's own, or "HOST:9000". Usage Error: anything else; `where` names what asked.
live::Place control_place(const std::string& text, const std::string& where);

// A message has one of these addresses; docs/live.md lists them:
//   /flowtalk/emotion TEXT [STRENGTH]   as --emotion has it
//   /flowtalk/strength NUMBER
//   /flowtalk/style TEXT                as --id has it
//   /flowtalk/temperature NUMBER
// An emotion keeps the strength that was asked for last. What is not understood is warned of, each
// kind once.
class LiveControl {
 public:
  // begin: what the stream begins with; strength: that of emotions until a message names another.
  // Conditions and reporter must outlive it.
  LiveControl(const live::Place& place, const Conditions& conditions,
              const stream::StreamOptions& begin, float strength, const Reporter& reporter);

  // Whatever has come since, into the stream, which this thread runs; at most once in kSpacing, so
  // that a fader that is moved is one change and not hundreds.
  void apply(stream::Stream& stream, std::chrono::steady_clock::time_point now);

  int64_t changes() const { return changes_; }

  static constexpr std::chrono::milliseconds kSpacing{80};

 private:
  struct Asked {
    std::optional<std::vector<float>> emotion{};  // weights
    std::optional<float> strength{}, temperature{};
    std::optional<int> style{};
  };

  void hear(const std::string& packet);
  void hear(const live::OscMessage& message);
  void warn_once(const std::string& text);

  live::UdpListener listener_;
  const Conditions& conditions_;
  const Reporter& reporter_;
  std::vector<float> emotion_;
  float strength_;
  Asked asked_;
  std::set<std::string> warned_;
  bool strangers_ = false;  // an address that is none of these came
  std::chrono::steady_clock::time_point last_{};
  int64_t changes_ = 0;
};

}  // namespace flowtalk::pipeline
