// Where the models that ship are.
#pragma once

#include <filesystem>
#include <string>

namespace flowtalk::predict {

// By its folder: $FLOWTALK_MODELS/NAME, beside the program (models/, also
// ../share/flowtalk/models), or the source tree it was built from. Error that lists the places.
std::filesystem::path shipped_model(const std::string& name);
std::filesystem::path default_checkpoint();  // shipped_model("default")

}  // namespace flowtalk::predict
