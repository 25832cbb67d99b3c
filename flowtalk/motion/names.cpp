#include "flowtalk/motion/names.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "flowtalk/base/error.h"
#include "flowtalk/base/words.h"

namespace flowtalk::motion {
namespace {

struct Names {
  Meaning meaning;
  std::string_view names;  // the first is the one that is written
};

// Who names them so, from what their programs write:
//   expression jaw_pose ...           the FLAME and SMPL-X layers of smplx; TalkSHOW, EMAGE,
//   SMPLer-X exp shape pose (global, jaw)      DECA, SPECTRE, DiffPoseTalk expcode shapecode
//   posecode        EMOCA expression_params jaw_params      SMIRK, whose pose_params is the head's
//   turn alone, and the pose_params shape_params          FLAME layer of PyTorch, whose pose_params
//   is global, jaw predicted_exp gt_jaw ...          EMOTE expressions poses betas trans     BEAT2:
//   the 55 joints of SMPL-X in one pose_jaw pose_eye root_orient     AMASS expr rotation neck_pose
//   eyes_pose VHAP, GaussianAvatars exp jaw eyes neck (6D)            metrical-tracker
constexpr std::array kNames = {
    Names{Meaning::kShape, "shape betas shape_params shapecode shape_code"},
    Names{Meaning::kExpression,
          "expression expressions exp expr expcode exp_code expression_params expression_code "
          "exp_params expr_params exps"},
    Names{Meaning::kRoot,
          "global_pose global_orient root_pose root_orient global rotation global_rotation "
          "global_rot"},
    Names{Meaning::kNeck, "neck_pose neck neck_params neck_rotation pose_neck"},
    Names{Meaning::kJaw, "jaw_pose jaw jaw_params jaw_rotation pose_jaw jawpose"},
    Names{Meaning::kEyes, "eye_pose eyes_pose eyes eye_params eyes_params pose_eye pose_eyes"},
    Names{Meaning::kLeftEye, "leye_pose left_eye_pose left_eye leye pose_leye"},
    Names{Meaning::kRightEye, "reye_pose right_eye_pose right_eye reye pose_reye"},
    Names{Meaning::kTranslation, "transl translation trans"},
    Names{Meaning::kPose, "pose posecode pose_code poses full_pose fullpose"},
    Names{Meaning::kGlobalOrPose, "pose_params"},
    Names{Meaning::kRate,
          "fps mocap_frame_rate mocap_framerate frame_rate framerate rate_hz motion_fps"},
    Names{Meaning::kAxes, "axes"},
    Names{Meaning::kAxesNames, "expression_names"},
    Names{Meaning::kBody,
          "body_pose pose_body body_pose_axis left_hand_pose right_hand_pose pose_hand hand_pose "
          "lhand_pose rhand_pose left_hand_pose_axis right_hand_pose_axis"},
    // Named like a part of the motion, and none.
    Names{Meaning::kOther, "eyelids eyelid_params eyelid"},
};

// What systems put before all of their names.
constexpr std::string_view kBefore = "predicted_ pred_ gt_ reconstructed_ flame_ smplx_";

// Words that say that an array is of something else, wherever they stand.
constexpr std::string_view kElsewhere =
    "camera cameras cam cams opencv intrinsics extrinsics eyelid eyelids lid lids light lights tex "
    "texture landmark landmarks lmk lmks keypoints kpts image images mask masks vertices verts";

// Words of parts of a face's motion.
constexpr std::string_view kParts =
    "exp exps expr expression expressions jaw jaws neck eye eyes leye reye eyeball eyeballs rot "
    "rots rotation rotations rotmat rotmats pose poses orient orientation head quat quats";
constexpr std::string_view kBegins = "expr jaw neck rotat rotmat pose";  // "jawpose", "exprcoeffs"
constexpr std::string_view kEnds = "pose poses rotation orient jaw";     // "headpose"

bool is_word(std::string_view word, std::string_view list) {
  const auto words = words_of(list);
  return std::find(words.begin(), words.end(), word) != words.end();
}

// In small letters, "expCode" as "exp_code".
std::string small(std::string_view name) {
  std::string text;
  bool before_small = false;
  for (const char c : name) {
    const auto code = static_cast<unsigned char>(c);
    if (std::isupper(code) && before_small) text += '_';
    before_small = std::islower(code) != 0;
    text += static_cast<char>(std::tolower(code));
  }
  return text;
}

// The parts of a name between anything but letters and digits.
std::vector<std::string> parts_of_name(std::string_view name) {
  std::string text = small(name);
  for (char& c : text) c = std::isalnum(static_cast<unsigned char>(c)) ? c : ' ';
  return words_of(text);
}

bool is_elsewhere(std::string_view name) {
  for (const std::string& part : parts_of_name(name)) {
    if (is_word(part, kElsewhere)) return true;
  }
  return false;
}

bool looks_like_a_part(std::string_view name) {
  for (const std::string& part : parts_of_name(name)) {
    if (is_word(part, kParts)) return true;
    for (const std::string& word : words_of(kBegins)) {
      if (part.starts_with(word)) return true;
    }
    for (const std::string& word : words_of(kEnds)) {
      if (part.ends_with(word)) return true;
    }
  }
  return false;
}

}  // namespace

std::string plain_name(std::string_view name) {
  std::string plain = small(name.substr(name.find_last_of("./") + 1));
  for (bool again = true; again;) {
    again = false;
    for (const std::string& before : words_of(kBefore)) {
      if (!plain.starts_with(before) || plain.size() == before.size()) continue;
      plain.erase(0, before.size());
      again = true;
    }
  }
  return plain;
}

Meaning meaning_of(std::string_view name) {
  const std::string plain = plain_name(name);
  const size_t end = name.find_last_of("./");
  if (end != name.npos && is_elsewhere(name.substr(0, end))) return Meaning::kOther;
  for (const Names& names : kNames) {
    if (is_word(plain, names.names)) return names.meaning;
  }
  if (is_elsewhere(plain)) return Meaning::kOther;
  return looks_like_a_part(plain) ? Meaning::kUnclear : Meaning::kOther;
}

std::string_view written_name(Meaning meaning) {
  for (const Names& names : kNames) {
    if (names.meaning == meaning) return names.names.substr(0, names.names.find(' '));
  }
  FT_CHECK(false, "meaning {}", static_cast<int>(meaning));
  std::abort();
}

}  // namespace flowtalk::motion
