#include "flowtalk/synth/clip_choice.h"

#include <algorithm>
#include <numeric>

#include "flowtalk/base/conditions.h"

namespace flowtalk::synth {
namespace {

int styles() { return static_cast<int>(default_conditions().styles.size()); }
int levels() { return static_cast<int>(default_conditions().levels.size()); }
int emotions() { return static_cast<int>(default_conditions().emotions.size()); }
// Pairs of an emotion and a level, without neutral.
int pair_count() { return (emotions() - 1) * levels(); }
std::vector<int> all_pairs() {
  std::vector<int> pairs(static_cast<size_t>(pair_count()));
  std::iota(pairs.begin(), pairs.end(), 0);
  return pairs;
}

// The clips of one style: neutral gets an eighth (or all it has), the pairs of emotion and level
// share the rest evenly; sentences are drawn without repetition.
std::vector<data::ClipName> choose_clips(int style, int count, Rng rng) {
  const int count_of_pairs = pair_count(), of_pairs = count_of_pairs * data::kEmotionalSentences;
  const int whole = data::kNeutralSentences + of_pairs;
  if (count <= 0 || count > whole) count = whole;
  const auto draw = [&rng, style](int emotion, int level, int sentences, int wanted,
                                  std::vector<data::ClipName>& to) {
    std::vector<int> numbers(static_cast<size_t>(sentences));
    for (int i = 0; i < sentences; ++i) numbers[static_cast<size_t>(i)] = i + 1;
    rng.shuffle(numbers);
    for (int i = 0; i < wanted; ++i) {
      to.push_back({style, numbers[static_cast<size_t>(i)], emotion, level});
    }
  };
  std::vector<data::ClipName> chosen;
  int neutral = std::min(data::kNeutralSentences, (count + 7) / 8);
  int left = count - neutral;
  if (left > of_pairs) {
    neutral += left - of_pairs;
    left = of_pairs;
  }
  draw(kNeutral, 0, data::kNeutralSentences, neutral, chosen);
  std::vector<int> pairs = all_pairs();
  rng.shuffle(pairs);  // which pairs get one more when the rest does not divide
  for (int i = 0; i < count_of_pairs; ++i) {
    const int pair = pairs[static_cast<size_t>(i)];
    draw(1 + pair / levels(), pair % levels(), data::kEmotionalSentences,
         left / count_of_pairs + (i < left % count_of_pairs), chosen);
  }
  return chosen;
}

}  // namespace

std::vector<Job> spread_prompts(const std::vector<Prompt>& prompts, Rng rng) {
  std::vector<size_t> order(prompts.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  rng.shuffle(order);
  std::vector<Job> jobs;
  for (size_t i = 0; i < order.size(); ++i) {
    Job job;
    job.prompt = &prompts[order[i]];
    const auto number = static_cast<int>(i);
    job.name.style = number % styles();
    job.name.sentence = data::kLastMeadSentence + 1 + number / styles();
    job.name.emotion = static_cast<int>(rng.integer(0, emotions() - 1));
    job.name.level =
        job.name.emotion == kNeutral ? 0 : static_cast<int>(rng.integer(0, levels() - 1));
    if (job.name.sentence <= data::kLastPromptSentence) jobs.push_back(job);
  }
  return jobs;
}

std::vector<Job> choose_speaker_clips(int clips_per_style, const Rng& rng) {
  std::vector<Job> jobs;
  for (int style = 0; style < styles(); ++style) {
    for (const auto& name :
         choose_clips(style, clips_per_style, rng.fork(static_cast<uint64_t>(style)))) {
      jobs.push_back({name, nullptr});
    }
  }
  return jobs;
}

std::vector<Job> choose_test_clips(int clips_per_style, const Rng& rng) {
  std::vector<Job> jobs;
  for (int style = 0; style < styles(); ++style) {
    Rng draws = rng.fork(static_cast<uint64_t>(style));
    std::vector<int> pairs = all_pairs();
    draws.shuffle(pairs);
    const int neutral_sentence = static_cast<int>(draws.integer(37, data::kNeutralSentences));
    jobs.push_back({{style, neutral_sentence, kNeutral, 0}, nullptr});
    for (int i = 0; i + 1 < clips_per_style; ++i) {
      const int pair = pairs[static_cast<size_t>(i)];
      const int sentence = static_cast<int>(draws.integer(28, data::kEmotionalSentences));
      jobs.push_back({{style, sentence, 1 + pair / levels(), pair % levels()}, nullptr});
    }
  }
  return jobs;
}

}  // namespace flowtalk::synth
