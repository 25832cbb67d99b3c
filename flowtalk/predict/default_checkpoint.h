// Where the models that ship are.
#pragma once

#include <filesystem>
#include <string>

namespace flowtalk::predict {

// By its folder: $FLOWTALK_MODELS/NAME, models/NAME beside the program, or
// share/flowtalk/models/NAME in a folder above it, which is where it lies once installed and, by a
// link, in a build tree. Error that says where it was sought; or FLOWTALK_MODELS is set to a folder
// without default/.
std::filesystem::path shipped_model(const std::string& name);
std::filesystem::path default_checkpoint();  // shipped_model("default")

}  // namespace flowtalk::predict
