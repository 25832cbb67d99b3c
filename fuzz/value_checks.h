// What must hold of the tree that a pickle or a torch file became.
#pragma once

#include <set>

#include "flowtalk/formats/value.h"
#include "fuzz/array_checks.h"
#include "fuzz/harness.h"

namespace flowtalk::fuzz {

// Visits each part once, to a limit of depth, asks it everything that can be asked, and lets only
// Errors pass.
class ValueWalk {
 public:
  void visit(const formats::Value& value, int depth = 0) {
    using Kind = formats::Value::Kind;
    constexpr int kMostDepth = 200;
    if (depth > kMostDepth || !seen_.insert(value.identity()).second) return;
    ask(value);
    switch (value.kind()) {
      case Kind::kArray:
        check_array(value.array());
        break;
      case Kind::kList:
      case Kind::kTuple:
      case Kind::kSet:
        for (size_t i = 0; i < value.size(); ++i) visit(value.item(i), depth + 1);
        break;
      case Kind::kDict:
        for (size_t i = 0; i < value.size(); ++i) {
          const auto [key, item] = value.key_and_value(i);
          visit(key, depth + 1);
          visit(item, depth + 1);
        }
        break;
      case Kind::kRecord:
        visit(value.args(), depth + 1);
        visit(value.state(), depth + 1);
        break;
      default:
        break;
    }
  }

 private:
  // Each accessor answers for its own kind and refuses the others with an Error.
  void ask(const formats::Value& value) {
    if (value.describe().empty()) finding("a value without a description");
    accepts([&] { value.boolean(); });
    accepts([&] { value.integer(); });
    accepts([&] { value.integer_text(); });
    accepts([&] { value.number(); });
    accepts([&] { value.text(); });
    accepts([&] { value.bytes(); });
    accepts([&] { value.array(); });
    accepts([&] { value.size(); });
    accepts([&] { value.item(0); });
    accepts([&] { value.key_and_value(0); });
    accepts([&] { value.at("v_template"); });
    accepts([&] { value.find("x"); });
    accepts([&] { value.module() + value.name(); });
    // A few: each sparse matrix may claim, and take for a moment, 64 MiB.
    if (value.is(formats::Value::Kind::kRecord) && ++records_ > 4) return;
    accepts([&] { formats::dense_array(value, "x"); });
  }

  int records_ = 0;

  std::set<const void*> seen_;
};

}  // namespace flowtalk::fuzz
