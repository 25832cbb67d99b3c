#include "flowtalk/avatar/sources.h"

#include <algorithm>
#include <set>
#include <string>

#include "flowtalk/avatar/moods.h"

namespace flowtalk::avatar {
namespace {

using Names = std::set<std::string>;

// The places of those names of a channel that count; the others go into `doubled`.
std::vector<size_t> counting(size_t channel, const std::vector<std::string>& names,
                             Names& doubled) {
  std::array<std::optional<size_t>, 3> chosen;  // the whole and its halves
  for (size_t i = 0; i < names.size(); ++i) {
    auto& place = chosen[static_cast<size_t>(side_of(names[i]))];
    if (!place || (names[i] == channel_name(channel) && names[*place] != names[i])) place = i;
  }
  if (chosen[0]) chosen[1] = chosen[2] = std::nullopt;
  std::vector<size_t> places;
  for (size_t i = 0; i < names.size(); ++i) {
    if (std::ranges::find(chosen, std::optional(i)) != chosen.end()) {
      places.push_back(i);
    } else {
      doubled.insert(names[i]);
    }
  }
  return places;
}

void choose_expressions(size_t channel, Source& source, Names& doubled) {
  std::vector<std::string> names;
  for (const Expression& expression : source.expressions) names.push_back(expression.name);
  std::vector<Expression> kept;
  for (const size_t i : counting(channel, names, doubled)) kept.push_back(source.expressions[i]);
  source.expressions = std::move(kept);
}

// Each mesh by itself; its targets follow each other.
void choose_targets(size_t channel, const std::vector<MeshTargets>& meshes, Source& source,
                    Names& doubled) {
  std::vector<std::pair<size_t, size_t>> kept;
  for (size_t first = 0, end = 0; first < source.targets.size(); first = end) {
    std::vector<std::string> names;
    const size_t mesh = source.targets[first].first;
    for (; end < source.targets.size() && source.targets[end].first == mesh; ++end) {
      names.push_back(meshes[mesh].names[source.targets[end].second]);
    }
    for (const size_t i : counting(channel, names, doubled)) {
      kept.push_back(source.targets[first + i]);
    }
  }
  source.targets = std::move(kept);
}

// What stands in for ARKit's shapes moves what has none of these.
void fill_in(Source& own, const Source& other) {
  if (own.expressions.empty()) own.expressions = other.expressions;
  const auto first = own.targets;
  for (const auto& target : other.targets) {
    const bool has =
        std::ranges::any_of(first, [&](const auto& one) { return one.first == target.first; });
    if (!has) own.targets.push_back(target);
  }
  std::ranges::sort(own.targets);
}

}  // namespace

Sources sources_of(const std::vector<MeshTargets>& meshes, const Vrm& vrm, Found& found) {
  Sources sources(kChannels), others(kChannels);  // others: names that stand in for ARKit's
  Names nothing, doubled;
  for (const Expression& expression : vrm.expressions) {
    if (expression.binds.empty()) continue;
    if (const auto channel = channel_of(expression.name)) {
      // A mood that stops the mouth is no use to one that speaks.
      sources[*channel].left |=
          group_of(*channel) == Group::kMood && expression.overrides.mouth == Override::kBlock;
      (stands_in(expression.name) ? others : sources)[*channel].expressions.push_back(expression);
    } else {
      nothing.insert(expression.name);
    }
  }
  for (size_t mesh = 0; mesh < meshes.size(); ++mesh) {
    const auto parts = all_parts(meshes[mesh]);
    for (size_t i = 0; i < meshes[mesh].names.size(); ++i) {
      const std::string& name = meshes[mesh].names[i];
      if (const auto channel = channel_of(name)) {
        (stands_in(name) ? others : sources)[*channel].targets.emplace_back(mesh, i);
      } else if (!name.empty() && !parts.contains(i)) {
        nothing.insert(name);
      }
    }
  }
  for (size_t i = 0; i < kChannels; ++i) {
    fill_in(sources[i], others[i]);
    choose_expressions(i, sources[i], doubled);
    if (sources[i].expressions.empty()) choose_targets(i, meshes, sources[i], doubled);
  }
  found.unknown.assign(nothing.begin(), nothing.end());
  found.doubled.assign(doubled.begin(), doubled.end());
  return sources;
}

}  // namespace flowtalk::avatar
