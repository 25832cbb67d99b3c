// A head that moves as one does that speaks: it shifts where a phrase begins, sways, beats along
// with the voice, nods at its stresses, breathes, and comes to rest when the voice is long silent.
#pragma once

#include <array>
#include <vector>

#include "flowtalk/base/rng.h"
#include "flowtalk/perform/heard.h"
#include "flowtalk/perform/temper.h"

namespace flowtalk::perform {

// Degrees: pitch downwards, yaw towards the face's left, roll with the crown towards its right.
struct Angles {
  double pitch = 0, yaw = 0, roll = 0;

  Angles operator+(const Angles& o) const { return {pitch + o.pitch, yaw + o.yaw, roll + o.roll}; }
  Angles operator-(const Angles& o) const { return {pitch - o.pitch, yaw - o.yaw, roll - o.roll}; }
  Angles operator*(double k) const { return {k * pitch, k * yaw, k * roll}; }
  Angles& operator+=(const Angles& o) { return *this = *this + o; }
};

// Follows what jumps, without a jump in speed: three equal first-order lags, one after the other.
class Follower {
 public:
  // towards: where it is to go; lag_s of each of the three.
  Angles follow(const Angles& towards, double lag_s);
  void start(const Angles& at) { lags_.fill(at); }

 private:
  std::array<Angles, 3> lags_{};
};

// Smooth noise of unit deviation in each angle, whose changes take about period_s.
class Drift {
 public:
  Drift(double period_s, Rng rng);
  // pace: of its time; 1 as it was made.
  Angles next(Rng& rng);

 private:
  double keep_, scale_;
  Angles first_{}, second_{};
};

// What a head does in a frame.
struct HeadMove {
  Angles slow;   // posture and sway: the neck and, with a share of it, what is below
  Angles quick;  // nods and beats: the neck alone
  Angles breath;
  double rise_mm = 0;  // of breathing
  double forward_mm = 0;
  double speed = 1;  // how awake it is, 0 in a long silence .. 1
};

class Head {
 public:
  // rng: what does not hang on the voice, such as where it starts.
  explicit Head(Rng rng);
  // rng: of this frame. gaze_deg: where the eyes look, left and up; the head goes a little along.
  HeadMove move(const Moment& moment, const Temper& temper, std::array<double, 2> gaze_deg,
                Rng rng);

 private:
  struct Nod {
    Angles size;
    double at_s = 0, rise_s = 0.2, fall_s = 0.36;
  };
  void shift(const Moment& moment, const Temper& temper, Rng& rng);
  Angles nod(const Moment& moment, const Temper& temper, Rng& rng);
  void breathe(const Moment& moment, HeadMove& move);

  Follower posture_, along_, mood_;
  Drift sway_, beat_;
  Angles towards_{};
  std::vector<Nod> nods_;
  double awake_ = 0.5, voice_ = 0, breath_ = 0, breath_hz_ = 0.25, forward_mm_ = 0;
  bool first_ = true;
};

}  // namespace flowtalk::perform
