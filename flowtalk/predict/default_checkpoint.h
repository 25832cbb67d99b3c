// Where the models that ship are.
#pragma once

#include <filesystem>
#include <string>

namespace flowtalk::predict {

// By its folder, where the files that ship are sought (base/shipped.h). Error that says where it
// was sought; or FLOWTALK_MODELS is set to a folder without default/.
std::filesystem::path shipped_model(const std::string& name);
std::filesystem::path default_checkpoint();  // shipped_model("default")

}  // namespace flowtalk::predict
