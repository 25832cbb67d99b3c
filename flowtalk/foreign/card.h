// The card of what an import makes: what it is, of which files, under which licence.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace flowtalk::foreign {

// Markdown. title: "An imported model"; what: "The numbers of ..., made by `flowtalk import ...`.";
// licence: whole paragraphs. Error: a source that cannot be read.
std::string card_text(std::string_view title, std::string_view what,
                      const std::vector<std::filesystem::path>& sources, std::string_view licence);

// Whether a file of this name is one that an import writes into its folder.
bool is_of_import(const std::string& name);

}  // namespace flowtalk::foreign
