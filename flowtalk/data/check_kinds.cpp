#include "flowtalk/data/check.h"

namespace flowtalk::data {

const std::vector<FindingKind>& finding_kinds() {
  using enum Severity;
  static const std::vector<FindingKind> kinds = {
      {"unreadable motion", kError, "training stops at these files; mend or remove them"},
      {"wrong width", kError, "expected (1, T, 403), (1, T, 353) or (T, 53)"},
      {"motion not finite", kError, "training stops at these files; mend or remove them"},
      {"unreadable sound", kError, "training stops at these files; mend or remove them"},
      {"nothing to train on", kError, "training needs clips in the train and validation splits"},
      {"shared by splits", kError, "the same recording is trained on and tested with"},
      {"frame rate", kError, "motion must have 25 frames per second of sound"},
      {"lag", kError, "motion and sound are shifted against each other in the whole set"},
      {"units", kError, "expression beyond 50 or a jaw beyond pi radians is no FLAME motion"},
      {"other axes", kError, "training stops at files that move the axes of another face"},
      {"no partner", kWarning, "left out of training: motion without sound or the reverse"},
      {"name not understood", kWarning, "left out of training: not ID_SENTENCE_EMOTION_LEVEL"},
      {"nothing to test on", kWarning, "the test split has no clip"},
      {"no clip of a style", kWarning, "the model cannot learn these styles"},
      {"no clip of an emotion", kWarning, "the model cannot learn these emotions"},
      {"beyond the grid", kWarning, "sentences that 3DMEAD does not have fall into the test split"},
      {"length", kWarning, "motion and sound differ by more than a frame; the longer is cut"},
      {"range", kWarning, "over 1 % of values beyond -3..3 (expression) or -0.1..0.5 (jaw)"},
      {"unlike the rest", kWarning, "values far from all other clips of the set"},
      {"constant channel", kWarning, "does not move in any clip"},
      {"odd motion", kWarning, "what was assumed of a file, or looks odd in it"},
      {"frozen", kWarning, "the face does not move in the whole clip"},
      {"repeated frames", kWarning, "over 5 % of frames equal the one before"},
      {"twin clips", kWarning, "the same recording under two names of one split"},
      {"lag of a clip", kWarning,
       "motion lies elsewhere against its sound than in the other clips"},
      {"sound format", kWarning, "not 16 kHz mono; converted whenever it is read"},
      {"odd sound", kWarning, "read otherwise than its file says; listed by kind"},
      {"clipped sound", kWarning, "over 0.1 % of samples at full scale"},
      {"silent sound", kWarning, "below -60 dB on the whole"},
      {"missing takes", kNote,
       "of each style 40 neutral sentences, and 30 of each emotion at each level"},
      {"subject without a style", kNote, "left out: one of the 15 that the reference leaves out"},
      {"shape", kNote, "clips hold a face's shape; training and evaluation leave it out"},
      {"several widths", kNote, "files of different widths are read alike"},
      {"other frame rate", kNote, "files that say another rate than 25 are read at 25"},
      {"arrays left out", kNote, "no part of a face's motion"},
  };
  return kinds;
}

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      break;
  }
  return "note";
}

}  // namespace flowtalk::data
