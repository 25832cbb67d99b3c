#include "flowtalk/foreign/card.h"

#include <fmt/format.h>

#include "flowtalk/formats/sha256.h"

namespace flowtalk::foreign {

std::string card_text(std::string_view title, std::string_view what,
                      const std::vector<std::filesystem::path>& sources, std::string_view licence) {
  std::string card = fmt::format("# {}\n\n{}\n\n| file | SHA-256 |\n|---|---|\n", title, what);
  for (const auto& source : sources) {
    card += fmt::format("| {} | {} |\n", source.filename().string(), formats::sha256_of(source));
  }
  return card + fmt::format("\n{}\n", licence);
}

bool is_of_import(const std::string& name) {
  return name == "config.json" || name == "weights.safetensors" || name == "card.md";
}

}  // namespace flowtalk::foreign
