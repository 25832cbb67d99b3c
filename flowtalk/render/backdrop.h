// The studio wall behind the head.
#pragma once

#include "flowtalk/render/image.h"

namespace flowtalk::render {

// A soft glow: `centre` behind the face, `edge` in the corners. A fixed grain of half a step keeps
// the gradient free of bands.
Image make_backdrop(int width, int height, Rgb centre, Rgb edge);

}  // namespace flowtalk::render
