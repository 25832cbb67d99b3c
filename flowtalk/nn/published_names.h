// What published systems call the layers of this room in their files.
#pragma once

#include <string>
#include <vector>

#include "flowtalk/params/renames.h"

namespace flowtalk::nn {

// A SequenceNetwork that lies under `path`; in ProbTalk3D's files it is part of the module `in`,
// and `side` is "encoder" or "decoder".
std::vector<params::Rename> sequence_names(const std::string& path, const std::string& in,
                                           const std::string& side);

// A Gru that lies under `path`, of PyTorch's module `in`.
std::vector<params::Rename> gru_names(const std::string& path, const std::string& in);

// A DecoderLayer "*" that lies under `path`, of the layers of PyTorch's module `in`.
std::vector<params::Rename> decoder_names(const std::string& path, const std::string& in);

// Weight and bias of a layer.
std::vector<params::Rename> linear_names(const std::string& path, const std::string& in);

// The rows of several lists, one after the other.
std::vector<params::Rename> together(std::vector<std::vector<params::Rename>> lists);

}  // namespace flowtalk::nn
