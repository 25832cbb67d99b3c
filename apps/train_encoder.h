// The speech encoder that training takes where none is named; `flowtalk data pack`.
#pragma once

#include <string>

#include "apps/options/command_line.h"

namespace flowtalk::apps {

// Without an encoder of one's own, that of the model that ships; what there is to say of it.
std::string choose_encoder(std::string& encoder);

// What `flowtalk data pack` hands over as: speech features need libtorch.
inline constexpr const char* kDataPack = "data-pack";
int data_pack(const Args& args);

}  // namespace flowtalk::apps
