// The head under construction: points that remember which part of the face they belong to, so that
// weights, colours and expressions can be written as functions of the face and not of indices.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "flowtalk/face/builtin/vec.h"

namespace flowtalk::face::builtin {

enum class Part : uint8_t {
  kSkin,
  kLips,
  kLidRim,   // the thickness of the lids, behind their margin
  kNostril,  // its inner wall
  kEyeball,
  kLash,
  kMouthBag,
  kGum,
  kTeeth,
  kTongue,
  kEar,
  kHair,
  kCloth
};

struct Point {
  Vec p;       // rest position, mm
  Vec normal;  // of the smooth skin below, without lips and lids: where skin slides
  Part part = Part::kSkin;
  int8_t side = 0;  // of the mouth slit or the eye opening: +1 upper, -1 lower, 0 corner or far
  float t = 9;      // lips and lids: 0 at the margin, 1 at the border; rims: see eyes; else 9
  float s = 0;      // lips: 0 mid-line .. 1 corner; lids: -1 inner .. 1 outer; eyeball: see eyes
  int anchor = -1;  // moves with this point ...
  float fade = 1;   // ... by this much
};

using Triangle = std::array<uint32_t, 3>;

struct HeadMesh {
  std::vector<Point> points;
  std::vector<Triangle> triangles;
  std::vector<uint32_t> mirror;     // the point across the mid-plane (itself on the mid-line)
  std::vector<uint32_t> lip_upper;  // inner lip line of the left half, mid-line to corner
  std::vector<uint32_t> lip_lower;  // (the corner is the last of both)

  uint32_t add(const Point& point) {
    points.push_back(point);
    return static_cast<uint32_t>(points.size() - 1);
  }
  void quad(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {  // counter-clockwise from outside
    triangles.push_back({a, b, c});
    triangles.push_back({a, c, d});
  }
  // Joins two rows of equal length; `closed` joins the ends too. Outside: row `a` below `b`,
  // indices running to the right as seen by the viewer of the outer side.
  void strip(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b, bool closed = false);
};

// Parts, each of the half x >= 0 (mid-line points have x = 0 exactly).
void add_skin(HeadMesh& mesh);  // face, head, neck, with the loops of lids and lips
void add_eyes(HeadMesh& mesh);  // rims, lashes, eyeball
void add_mouth_bag(HeadMesh& mesh);
void add_teeth_and_tongue(HeadMesh& mesh);
void add_ear(HeadMesh& mesh);

// The other half: every point off the mid-line gets its mirror image.
void mirror(HeadMesh& mesh);
struct HairStyle;
float above_hairline(const HairStyle& style, Vec p);  // mm, of a point of the skin
void add_hair(const HairStyle& style,
              HeadMesh& mesh);  // parted on the left: both halves, after mirror()

// Contours of the features in the front view, shared by mesh and expressions.
// Height of the lip line, of the vermilion borders; x in mm, 0 <= x.
float lip_line(float x);
float upper_border(float x);
float lower_border(float x);
// Margins of the lids as seen from the front, relative to the eye's centre.
float upper_margin(float x);
float lower_margin(float x);
float closed_margin(float x);  // where they meet in a blink
// The left lids around their opening, angle 0 at the outer corner and pi at the inner one, over the
// upper lid; f 0 at the margin, 1 at the orbit. In the front view, relative to the eye's centre,
// and as a point of the skin.
Vec lid_outline(float angle, float f);
Point lid_point(float angle, float f);
// The left half of a lip: s 0 mid-line .. 1 corner, t as in Point, up to 1.7 (a ring around the
// border).
Point lip_point(float s, float t, bool upper);
// Depth of the lids' outer surface in front of the eye's centre.
float lid_depth(float x, float y);

// The skin without lips and lids: negative inside, about millimetres near the surface.
float skin_field(Vec p);
Vec skin_normal(Vec p);
Vec slide_normal(Vec p);  // of the head without nose and orbits: smooth everywhere
Vec skin_on_ray(Vec origin, Vec direction);  // outermost hit
Vec on_skin(Vec p);                          // the nearest point, of one nearby
Vec skin_from_front(float x, float y);

}  // namespace flowtalk::face::builtin
