// The voices that somebody names: files, folders and globs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/reporter.h"

namespace flowtalk::pipeline {

// Longest recording that is taken in one piece.
inline constexpr double kMaxVoiceSeconds = 600;

// Every file that the words name, in order; a folder stands for the sound files right inside it.
// Error for a word that names nothing.
std::vector<std::filesystem::path> find_voices(const std::vector<std::string>& words);

// Warns of sound that is silent or was cut off.
audio::Audio load_voice(const std::filesystem::path& path, const Reporter& reporter);

// Why motion of so many frames does not belong to this voice, for people; "" if it may.
std::string length_mismatch(const std::string& motion, int64_t frames,
                            const std::filesystem::path& path, const audio::Audio& voice);

// One after the other with `pause_s` seconds of silence between them.
audio::Audio join_voices(const std::vector<std::filesystem::path>& paths, double pause_s,
                         const Reporter& reporter);

}  // namespace flowtalk::pipeline
