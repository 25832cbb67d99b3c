// A face: FLAME's parameter layout and how its vertices follow from parameters. The built-in head
// and FLAME files are both values of this one type. Units: metres; x to the face's left, y up,
// z towards the viewer.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "flowtalk/base/thread_pool.h"
#include "flowtalk/face/paint.h"
#include "flowtalk/motion/motion.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::face {

enum class Material : uint8_t {
  kSkin,
  kLips,
  kLash,
  kEyeball,
  kTear,  // the wet line along the lower lid
  kTeeth,
  kTongue,
  kMouthInside,
  kHair,
  kCloth
};

// The clear dome before an iris, which meshes of eyeballs leave out; shading makes up for it.
struct Cornea {
  uint32_t pole = 0;               // the middle of the pupil
  std::vector<uint32_t> vertices;  // iris and pupil
};

// A point near a brow that is painted on the skin, in lengths of the brow.
struct BrowPlace {
  float along = 0;      // 0 at its inner end, 1 at its outer end
  float across = 1000;  // above its middle line; far from it where there is none
};

// An eye that a lid throws its shadow on.
struct ShadedEye {
  std::vector<uint32_t> vertices;  // of the eyeball
  std::vector<uint32_t> margin;    // of the upper lid
};

struct Appearance {
  std::vector<std::array<float, 3>> albedo;  // per vertex, linear RGB 0..1
  std::vector<Material> material;            // per vertex
  std::vector<float> strand;                 // hair: across it, in strand widths; or empty
  std::vector<BrowPlace> brow;               // per vertex; or empty: no painted brows
  std::array<float, 3> brow_colour{0.11f, 0.055f, 0.033f};
  std::vector<std::array<float, 2>> pores;  // per vertex: where it lies on the skin, mm; or empty
  std::vector<Cornea> corneas;
  std::vector<ShadedEye> shaded_eyes;
  std::shared_ptr<const Paint> paint;  // null: none
};

// Vertex lists of the metrics (datasets/regions/{lve,fdd,eve}.txt).
struct Regions {
  std::vector<uint32_t> lips, upper_face, eyes;
};

// Points of the inner lip line that face each other; their vertical distance is the lip gap.
struct LipLandmarks {
  std::vector<uint32_t> upper, lower;  // pairs, same length
  uint32_t left_corner = 0, right_corner = 0;
};

struct Face {
  std::string name;
  motion::Axes axes = motion::Axes::kFlame;  // whose expression coefficients it understands
  tensor::Tensor rest;                       // (V, 3) template
  tensor::Tensor shape_basis;                // (S, V*3), S <= 300
  tensor::Tensor expression_basis;           // (E, V*3), E <= 100
  tensor::Tensor pose_basis;       // (36, V*3) pose correctives on R(joint 1..4) - I; may be empty
  tensor::Tensor joint_regressor;  // (J, V)
  tensor::Tensor skinning;         // (V, J)
  std::array<int, flame::kJoints> parents{-1, 0, 1, 1, 1};
  std::vector<std::array<uint32_t, 3>> triangles;  // counter-clockwise seen from outside
  Appearance appearance;
  Regions regions;
  LipLandmarks lips;

  int64_t vertex_count() const { return rest.dim(0); }
};

// One frame's parameters. Short spans mean zeros for the rest; coefficients beyond those that a
// face has move nothing. Rotations are axis-angle, radians; the translation is added last, metres.
struct FaceFrame {
  std::span<const float> shape, expression;
  std::array<float, 3> root{}, neck{}, jaw{}, left_eye{}, right_eye{};
  std::array<float, 3> translation{};
};

// Frame t of a motion, which must outlive it.
FaceFrame frame_of(const motion::Motion& motion, int64_t t);

// Parameters -> vertices, fast. One identity is folded in when it is made; with LiveShape::kYes
// each frame's own shape is added to it, otherwise the frames must not have one. Copies share what
// was prepared. Thread-safe; keeps a reference to `face`.
class Deformer {
 public:
  enum class LiveShape : bool { kNo, kYes };
  explicit Deformer(const Face& face, std::span<const float> shape = {},
                    LiveShape live = LiveShape::kNo);
  ~Deformer();
  Deformer(const Deformer&);
  Deformer& operator=(const Deformer&);

  // out: V*3 floats, metres.
  void vertices(const FaceFrame& frame, std::span<float> out) const;
  // Many frames: out holds F*V*3 floats. The same bytes for any pool and any split into calls.
  void vertices(std::span<const FaceFrame> frames, std::span<float> out, ThreadPool& pool) const;
  // Where the joints are in a frame, before the translation.
  std::array<std::array<float, 3>, flame::kJoints> joints(const FaceFrame& frame) const;
  const Face& face() const;
  bool has_live_shape() const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

// frame_of for this deformer: without the motion's shape where the deformer has one of its own.
FaceFrame frame_of(const motion::Motion& motion, int64_t t, const Deformer& deformer);

// Mean vertical distance between the paired inner-lip points, metres.
float lip_gap(const Face& face, std::span<const float> vertices);

// The procedural head (builtin.cpp): more than 3,000 vertices, 50 ARKit-named expression axes.
const Face& builtin_face();

// The people that it can be (builtin/people.cpp), the usual one first, and the head as one of them:
// another rest mesh, other colours and hair, the same vertices and axes. Usage Error: no such name.
std::vector<std::string> person_names();
std::string describe_people();  // "paul (a man of ...), nora (...)"
Face builtin_person(const std::string& name);

// text_of(Axes::kBuiltin) or "", or the path of a FLAME file. Error: unknown or unreadable.
const Face& load_face(const std::string& name_or_path);

// The lists of the metrics for this face, as read_regions finds them (face/regions.h); eyes that
// are not there are the face's own. Error: another list that is missing or names vertices beyond
// the face's.
Regions load_regions(const std::filesystem::path& place, const Face& face);

}  // namespace flowtalk::face
