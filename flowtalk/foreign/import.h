// A published checkpoint as a checkpoint of ours: the same numbers under our names, with a config
// that says which model they make here.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/base/fields.h"

namespace flowtalk::foreign {

struct ImportOptions {
  std::string checkpoint, output, prior, encoder_config, subjects, face_template;
  std::optional<int> heads{};

  template <class V>
  void fields(V&& field) {
    field("checkpoint", checkpoint, "file of a published system, or the folder of its release");
    field("output", output, "folder of the checkpoint that is made");
    field("prior", prior, "file of the motion prior, where the checkpoint lacks it");
    field("encoder_config", encoder_config,
          "config.json of the HuBERT inside, where it is not of the base size");
    field("heads", heads, between(1, 64), "attention heads of the sequence networks (default 8)");
    field("subjects", subjects, "names of the speaking styles (default: the published ones)");
    field("template", face_template, "the face at rest, for models of vertices");
  }
};

struct Imported {
  std::string system;  // what it was: "a ProbTalk3D checkpoint of ..."
  bool whole = true;   // a model; else a motion prior alone
  std::filesystem::path folder;
  std::vector<std::string> warnings;
};

// Written as a whole or not at all. Errors: no checkpoint there, of no system that is known,
// without its motion prior; tensors that are missing, misshapen or left over, in one; heads that no
// shape tells; a folder whose contents would be lost.
Imported import_checkpoint(const ImportOptions& options);

// Whether import_checkpoint takes the tensors of the file, without writing; what it is. Errors as
// above, but for choices that no file holds.
std::string check_importable(const std::filesystem::path& checkpoint);

}  // namespace flowtalk::foreign
