#include "flowtalk/data/phone_recognizer.h"

#include <pocketsphinx.h>
#include <sphinxbase/err.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <sstream>
#include <unordered_map>

#include "flowtalk/base/error.h"

namespace flowtalk::data {
namespace {

namespace fs = std::filesystem;
using Pronunciations = std::unordered_map<std::string, std::vector<std::vector<std::string>>>;

constexpr double kFrame_s = 0.01;
// A frame's window of 25.6 ms is centred 12.8 ms after its start; its 10 ms cell begins 5 ms
// before.
constexpr double kFirstFrame_s = 0.0078;

std::string alignment_word(std::string_view phone) { return "x_" + std::string(phone); }

Pronunciations load_dictionary(const fs::path& path) {
  std::ifstream file(path);
  if (!file) fail("{}: cannot be read; reinstall the package pocketsphinx-en-us", path.string());
  Pronunciations words;
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string word, phone;
    fields >> word;
    word = word.substr(0, word.find('('));
    std::vector<std::string> phones;
    while (fields >> phone) phones.push_back(phone);
    if (!phones.empty()) words[word].push_back(phones);
  }
  return words;
}

// Lower-case words of a text; single digits are spelled out. Empty if something cannot be spoken.
std::vector<std::string> words_of(const std::string& text) {
  static constexpr std::array kDigits = {"zero", "one", "two",   "three", "four",
                                         "five", "six", "seven", "eight", "nine"};
  std::vector<std::string> words;
  std::string word;
  const auto finish = [&] {
    while (!word.empty() && word.back() == '\'') word.pop_back();
    if (!word.empty()) words.push_back(word);
    word.clear();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (std::isdigit(c)) {
      const bool more =
          (i + 1 < text.size() && std::isdigit(static_cast<unsigned char>(text[i + 1]))) ||
          !word.empty();
      if (more) return {};
      words.emplace_back(kDigits[static_cast<size_t>(c - '0')]);
    } else if (std::isalpha(c) || (c == '\'' && !word.empty())) {
      word += static_cast<char>(std::tolower(c));
    } else if (c < 128 &&
               std::string_view("[](){}@#$%&*+=<>_/\\").find(text[i]) == std::string_view::npos) {
      finish();
    } else {
      return {};
    }
  }
  finish();
  return words;
}

std::vector<int16> to_pcm(const audio::Audio& audio) {
  // Faint dither: digital silence has no logarithm.
  std::vector<int16> pcm(audio.samples.size());
  uint32_t state = 1;
  for (size_t i = 0; i < pcm.size(); ++i) {
    state = state * 1664525u + 1013904223u;
    const float dither = static_cast<float>(state >> 24) / 128.0f - 1.0f;
    pcm[i] =
        static_cast<int16>(std::clamp(audio.samples[i] * 32767.0f + dither, -32767.0f, 32767.0f));
  }
  return pcm;
}

}  // namespace

std::optional<fs::path> find_speech_models() {
  std::vector<fs::path> places;
  if (const char* named = std::getenv("POCKETSPHINX_MODELS")) places.emplace_back(named);
  places.insert(places.end(), {"/usr/share/pocketsphinx/model/en-us",
                               "/usr/local/share/pocketsphinx/model/en-us"});
  for (const fs::path& place : places) {
    if (fs::exists(place / "en-us-phone.lm.bin") && fs::exists(place / "en-us" / "mdef")) {
      return place;
    }
  }
  return std::nullopt;
}

struct PhoneRecognizer::State {
  struct FreeDecoder {
    void operator()(ps_decoder_t* decoder) const { ps_free(decoder); }
  };
  using Decoder = std::unique_ptr<ps_decoder_t, FreeDecoder>;

  fs::path models;
  Decoder free_decoder;    // any phones
  Decoder forced_decoder;  // phones as words of a grammar; made on first use
  Pronunciations words;

  Decoder make_decoder(std::vector<std::string> arguments) const {
    // No log file of its own: the library has one for all threads, and closes that of the others.
    std::vector<std::string> all = {"flowtalk", "-hmm", (models / "en-us").string(), "-cmninit",
                                    "40,3,-1"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& a : all) pointers.push_back(a.data());
    static std::mutex one_at_a_time;  // what the library makes first it keeps for all
    const std::lock_guard lock(one_at_a_time);
    cmd_ln_t* config = cmd_ln_parse_r(nullptr, ps_args(), static_cast<int32>(pointers.size()),
                                      pointers.data(), TRUE);
    Decoder decoder(config ? ps_init(config) : nullptr);
    cmd_ln_free_r(config);
    if (!decoder) {
      fail("{}: pocketsphinx cannot load this model; reinstall the package pocketsphinx-en-us",
           models.string());
    }
    return decoder;
  }

  void need_alignment() {
    if (forced_decoder) return;
    words = load_dictionary(models / "cmudict-en-us.dict");
    words["z"].push_back({"Z", "EH", "D"});  // as everybody but Americans calls it
    forced_decoder =
        make_decoder({"-beam", "1e-80", "-pbeam", "1e-80", "-wbeam", "1e-60", "-fsgusefiller", "no",
                      "-fsgusealtpron", "no", "-bestpath", "no"});
    for (const std::string_view phone : kPhones) {
      const std::string name(phone);
      ps_add_word(forced_decoder.get(), alignment_word(phone).c_str(), name.c_str(),
                  phone == kPhones.back());
    }
  }
};

namespace {

std::vector<Phone> decode(ps_decoder_t* decoder, const std::vector<int16>& pcm) {
  std::vector<Phone> phones;
  ps_start_stream(decoder);  // forgets the noise of the recording before
  if (ps_start_utt(decoder) < 0) return phones;
  ps_process_raw(decoder, pcm.data(), pcm.size(), FALSE, TRUE);
  ps_end_utt(decoder);
  for (ps_seg_t* seg = ps_seg_iter(decoder); seg; seg = ps_seg_next(seg)) {
    std::string name = ps_seg_word(seg);
    if (name.rfind("x_", 0) == 0) name = name.substr(2);
    if (name == "(NULL)") continue;
    int first = 0, last = 0;
    ps_seg_frames(seg, &first, &last);
    const int id = find_phone(name);
    phones.push_back({first * kFrame_s + kFirstFrame_s, (last + 1) * kFrame_s + kFirstFrame_s,
                      id < 0 ? kSilence : id});
  }
  if (!phones.empty()) phones.front().start_s = 0;
  return phones;
}

// What may be said at one place: each way a sequence of phones.
using Ways = std::vector<std::vector<std::string>>;

// A grammar that accepts one way of each place, in order, with an optional pause before, between
// and after. A pause is unlikely, so that closures of stops do not count as one.
fsg_model_t* make_grammar(ps_decoder_t* decoder, const std::vector<Ways>& places) {
  constexpr double kPause = 0.01;
  const int count = static_cast<int>(places.size());
  int states = 2 + count;
  for (const Ways& ways : places) {
    for (const auto& phones : ways) states += static_cast<int>(phones.size()) - 1;
  }
  fsg_model_t* fsg = fsg_model_init("align", ps_get_logmath(decoder), 1.0f, states);
  const auto id_of = [fsg](std::string_view phone) {
    return fsg_model_word_add(fsg, alignment_word(phone).c_str());
  };
  const int pause = id_of("SIL"), unlikely = fsg_model_log(fsg, kPause);
  int spare = count + 2;
  for (int state = 0; state < count; ++state) {
    fsg_model_trans_add(fsg, state, state, state == 0 ? 0 : unlikely, pause);
    for (const auto& phones : places[static_cast<size_t>(state)]) {
      int from = state;
      for (size_t i = 0; i < phones.size(); ++i) {
        const int to = i + 1 == phones.size() ? state + 1 : spare++;
        fsg_model_trans_add(fsg, from, to, 0, id_of(phones[i]));
        from = to;
      }
    }
  }
  fsg_model_trans_add(fsg, count, count + 1, 0, pause);
  fsg_model_null_trans_add(fsg, count, count + 1, 0);
  fsg->start_state = 0;
  fsg->final_state = count + 1;
  return fsg;
}

std::optional<std::vector<Phone>> align_to(ps_decoder_t* decoder, const std::vector<Ways>& places,
                                           const audio::Audio& audio) {
  fsg_model_t* grammar = make_grammar(decoder, places);
  const bool set =
      ps_set_fsg(decoder, "align", grammar) == 0 && ps_set_search(decoder, "align") == 0;
  fsg_model_free(grammar);
  if (!set) return std::nullopt;
  const std::vector<Phone> phones = decode(decoder, to_pcm(audio));
  int32 score = 0;
  if (phones.empty() || !ps_get_hyp(decoder, &score)) return std::nullopt;
  // A search that did not reach the end returns a beginning: compare the last sounded phone.
  int last = kSilence;
  for (const Phone& p : phones) last = p.id == kSilence ? last : p.id;
  const bool reached =
      std::any_of(places.back().begin(), places.back().end(),
                  [last](const auto& way) { return find_phone(way.back()) == last; });
  if (!reached) return std::nullopt;
  return tidy_phones(phones, audio.duration_s());
}

}  // namespace

PhoneRecognizer::PhoneRecognizer() : state_(std::make_unique<State>()) {
  static std::once_flag quiet;
  std::call_once(quiet, [] { err_set_logfp(nullptr); });
  const auto models = find_speech_models();
  if (!models) {
    fail(
        "no speech model for phone recognition; install the package pocketsphinx-en-us or point "
        "POCKETSPHINX_MODELS to a folder with en-us/ and en-us-phone.lm.bin");
  }
  state_->models = *models;
  state_->free_decoder = state_->make_decoder(
      {"-allphone", (*models / "en-us-phone.lm.bin").string(), "-allphone_ci", "yes", "-lw", "2.0",
       "-pip", "0.3", "-beam", "1e-20", "-pbeam", "1e-20"});
}

PhoneRecognizer::~PhoneRecognizer() = default;

std::vector<Phone> PhoneRecognizer::recognize(const audio::Audio& audio) {
  return tidy_phones(decode(state_->free_decoder.get(), to_pcm(audio)), audio.duration_s());
}

std::optional<std::vector<Phone>> PhoneRecognizer::align(const audio::Audio& audio,
                                                         const std::string& text) {
  state_->need_alignment();
  std::vector<Ways> places;
  for (const std::string& word : words_of(text)) {
    const auto found = state_->words.find(word);
    if (found == state_->words.end()) return std::nullopt;
    places.push_back(found->second);
  }
  if (places.empty()) return std::nullopt;
  return align_to(state_->forced_decoder.get(), places, audio);
}

std::optional<std::vector<Phone>> PhoneRecognizer::align(const audio::Audio& audio,
                                                         const std::vector<Phone>& phones) {
  state_->need_alignment();
  std::vector<Ways> places;
  for (const Phone& p : phones) {
    if (p.id == kSilence) continue;
    places.push_back({{std::string(kPhones[static_cast<size_t>(p.id)])}});
  }
  if (places.empty()) return std::nullopt;
  return align_to(state_->forced_decoder.get(), places, audio);
}

}  // namespace flowtalk::data
