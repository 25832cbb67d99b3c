// The frame of a page that explains itself: one HTML file that needs nothing but itself.
#pragma once

#include <string>

namespace flowtalk::evaluate {

// title and lead are plain text, body is HTML: headings, sections, tables, plots.
std::string page_of(const std::string& title, const std::string& lead, const std::string& body);

}  // namespace flowtalk::evaluate
