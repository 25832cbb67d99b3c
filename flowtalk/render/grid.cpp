#include "flowtalk/render/grid.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/render/text.h"

namespace flowtalk::render {
namespace {

constexpr float kCapShare = 0.36f;  // capital's height, share of its strip
constexpr int kLabelColumns = 6;    // width of a row label in strip heights, at most

int even(int size) { return size + size % 2; }

int caption_strip(const GridOptions& options) {
  return even(std::max(24, options.cell_height / 11));
}

// One line in the middle of `at`, smaller where it would not fit.
void draw_line(Image& image, const std::string& text, const Rect& at, const Rgb& ink) {
  TextStyle style;
  style.cap_height_px = kCapShare * static_cast<float>(at.height);
  style.colour = ink;
  style.align = Align::kCentre;
  style = fitted(text, style, 0.94f * static_cast<float>(at.width));
  const float middle = static_cast<float>(at.y) + 0.5f * static_cast<float>(at.height);
  draw_text(image, text, static_cast<float>(at.x) + 0.5f * static_cast<float>(at.width),
            middle + 0.5f * style.cap_height_px, style);
}

int columns_for(int cells) {
  const int rows = std::max(1, static_cast<int>(std::lround(std::sqrt(cells / 1.4))));
  return (cells + rows - 1) / rows;
}

}  // namespace

Grid::Grid(std::vector<std::string> captions, std::string title, const GridOptions& options)
    : options_(options), captions_(std::move(captions)), title_(std::move(title)) {
  FT_CHECK(!captions_.empty() && options.cell_width > 0 && options.cell_height > 0 &&
               options.gap >= 0 && options.columns >= 0,
           "{} cells of {} x {}", captions_.size(), options.cell_width, options.cell_height);
  columns_ = options.columns > 0 ? std::min(options.columns, cells()) : columns_for(cells());
  rows_ = (cells() + columns_ - 1) / columns_;
  const bool plain = std::all_of(captions_.begin(), captions_.end(),
                                 [](const std::string& c) { return c.empty(); });
  caption_height_ = plain ? 0 : caption_strip(options);
  title_height_ = title_.empty() ? 0 : even(caption_strip(options) * 5 / 4);
  width_ = even(columns_ * options.cell_width + (columns_ - 1) * options.gap);
  height_ = even(title_height_ + rows_ * (options.cell_height + caption_height_) +
                 (rows_ - 1) * options.gap);
}

Rect Grid::cell(int index) const {
  FT_CHECK(index >= 0 && index < cells(), "cell {} of {}", index, cells());
  const int row = index / columns_, in_row = index % columns_;
  // A last row that is not full stands in the middle.
  const int used = std::min(columns_, cells() - row * columns_);
  const int indent = (columns_ - used) * (options_.cell_width + options_.gap) / 2;
  return {indent + in_row * (options_.cell_width + options_.gap),
          title_height_ + row * (options_.cell_height + caption_height_ + options_.gap),
          options_.cell_width, options_.cell_height};
}

Image Grid::canvas(bool transparent) const {
  Image image =
      transparent ? Image::transparent(width_, height_) : Image(width_, height_, options_.ground);
  if (!title_.empty()) draw_line(image, title_, {0, 0, width_, title_height_}, options_.ink);
  for (int i = 0; i < cells(); ++i) {
    const Rect at = cell(i);
    const std::string& caption = captions_[static_cast<size_t>(i)];
    if (caption.empty()) continue;
    draw_line(image, caption, {at.x, at.y + at.height, at.width, caption_height_}, options_.ink);
  }
  return image;
}

Image contact_sheet(std::span<const std::vector<Image>> rows,
                    std::span<const std::string> row_labels,
                    std::span<const std::string> column_labels, const std::string& title,
                    const GridOptions& options) {
  const size_t columns = column_labels.size();
  FT_CHECK(!rows.empty() && rows.size() == row_labels.size() && columns > 0,
           "{} rows, {} row labels, {} columns", rows.size(), row_labels.size(), columns);
  const int strip = caption_strip(options);
  TextStyle style;
  style.cap_height_px = kCapShare * static_cast<float>(strip);
  float widest = 0;
  for (const std::string& label : row_labels) widest = std::max(widest, text_width(label, style));
  const int left = std::min(kLabelColumns * strip, static_cast<int>(1.2f * widest) + strip / 2);
  const int title_height = title.empty() ? 0 : strip * 5 / 4;
  const int top = title_height + strip;
  const int step_x = options.cell_width + options.gap, step_y = options.cell_height + options.gap;
  Image sheet(left + static_cast<int>(columns) * step_x,
              top + static_cast<int>(rows.size()) * step_y, options.ground);
  if (!title.empty()) draw_line(sheet, title, {0, 0, sheet.width, title_height}, options.ink);
  for (size_t c = 0; c < columns; ++c) {
    draw_line(sheet, column_labels[c],
              {left + static_cast<int>(c) * step_x, title_height, options.cell_width, strip},
              options.ink);
  }
  for (size_t r = 0; r < rows.size(); ++r) {
    FT_CHECK(rows[r].size() == columns, "row {}: {} pictures, {} columns", r, rows[r].size(),
             columns);
    const int y = top + static_cast<int>(r) * step_y;
    draw_line(sheet, row_labels[r], {0, y + (options.cell_height - strip) / 2, left, strip},
              options.ink);
    for (size_t c = 0; c < columns; ++c) {
      const Image& picture = rows[r][c];
      const bool fits =
          picture.width == options.cell_width && picture.height == options.cell_height;
      paste(fits ? picture : resize(picture, options.cell_width, options.cell_height),
            left + static_cast<int>(c) * step_x, y, sheet);
    }
  }
  return sheet;
}

}  // namespace flowtalk::render
