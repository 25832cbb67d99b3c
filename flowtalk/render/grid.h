// Several pictures in one: faces side by side with captions, and contact sheets.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "flowtalk/render/image.h"

namespace flowtalk::render {

struct GridOptions {
  int cell_width = 512, cell_height = 512;
  int columns = 0;  // 0: as near to a landscape picture as the number of cells allows
  int gap = 4;      // pixels between cells
  Rgb ground{0x16, 0x18, 0x1c}, ink{0xee, 0xee, 0xee};
};

// The layout of a video of one or more faces: an optional title line, cells, a caption below each.
class Grid {
 public:
  // One cell per caption; where all captions are empty there are no caption strips. Sizes are even,
  // as video wants them.
  Grid(std::vector<std::string> captions, std::string title, const GridOptions& options = {});

  int width() const { return width_; }
  int height() const { return height_; }
  int cells() const { return static_cast<int>(captions_.size()); }
  int columns() const { return columns_; }
  int rows() const { return rows_; }
  Rect cell(int index) const;  // where face `index` is drawn
  // Everything but the faces; draw each frame's faces over a copy, or over the last frame. Of a
  // transparent one only the letters are there.
  Image canvas(bool transparent = false) const;

 private:
  GridOptions options_;
  std::vector<std::string> captions_;
  std::string title_;
  int columns_, rows_, caption_height_, title_height_, width_, height_;
};

// A table of pictures: rows[r][c] under column label c, beside row label r. All pictures have one
// size; they are shrunk to cell_width x cell_height.
Image contact_sheet(std::span<const std::vector<Image>> rows,
                    std::span<const std::string> row_labels,
                    std::span<const std::string> column_labels, const std::string& title,
                    const GridOptions& options = {});

}  // namespace flowtalk::render
