// The sound of a film as a stream of its file; within this room only.
#pragma once

#include <filesystem>
#include <memory>

#include "flowtalk/audio/libav.h"
#include "flowtalk/video/container.h"
#include "flowtalk/video/soundtrack.h"

namespace flowtalk::video {

class SoundStream {
 public:
  virtual ~SoundStream() = default;
  // What the pictures so far need, `seconds` of them.
  virtual void write_until(double seconds) = 0;
  // The rest, where the pictures end after `seconds`.
  virtual void finish(double seconds) = 0;
};

// The recording, encoded at its own rate and with its own channels, or the nearest that the encoder
// takes. Cut or filled with silence to the length of the pictures.
std::unique_ptr<SoundStream> encode_sound(AVFormatContext& muxer, const Container& container,
                                          const audio::Recording& recording,
                                          const std::filesystem::path& film);

// The packets of the recording's file as they are, begun with the film; up to the end of the
// pictures. Null where they cannot stand in the container, or where they are not the recording
// alone: their clock has gaps, which are silence there, or the file holds more.
std::unique_ptr<SoundStream> copy_sound(AVFormatContext& muxer, const Container& container,
                                        const Soundtrack& soundtrack,
                                        const std::filesystem::path& film);

}  // namespace flowtalk::video
