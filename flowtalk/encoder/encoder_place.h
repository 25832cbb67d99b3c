// Where a speech encoder lies, from what people give as one.
#pragma once

#include <filesystem>
#include <string>

namespace flowtalk::encoder {

struct EncoderPlace {
  std::filesystem::path folder;  // holds config.json
  std::filesystem::path file;    // the weights that were named; "": whatever the folder holds
  // Of a run, which of its checkpoints (params/run_checkpoint.h); of the hub's cache, the revision.
  std::string which;
};

// Taken are: a folder with config.json; a file in it; a run of training (its best checkpoint, else
// its last); what the hub's cache keeps of a model (models--OWNER--NAME, its snapshots or one of
// them: the one that refs/main names); the hub's name OWNER/NAME, or address, of a model that is in
// the cache of this machine ($HF_HUB_CACHE, $HF_HOME/hub, $XDG_CACHE_HOME/huggingface/hub,
// ~/.cache/huggingface/hub: huggingface_hub, constants.py). Error: anything else, with what there
// is or how it is fetched.
EncoderPlace find_encoder(const std::filesystem::path& given);

}  // namespace flowtalk::encoder
