#include "flowtalk/foreign/import_encoder.h"

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/foreign/card.h"
#include "flowtalk/foreign/moonshine.h"
#include "flowtalk/formats/describe_file.h"
#include "flowtalk/formats/sha256.h"
#include "flowtalk/params/checkpoint.h"

namespace flowtalk::foreign {
namespace {

namespace fs = std::filesystem;

// Of package @usefulsensors/moonshine-js 0.1.21, dist/model/tiny/quantized/encoder_model.onnx.
constexpr std::string_view kKnown =
    "c6fc4b7bc5af75c0591fd157a1f3829b533d18e9769a888fd95a62e470dd4f4a";

// What its licence asks to go with every copy, also of what is made of it.
constexpr std::string_view kLicence =
    R"(The weights are those of Moonshine's English model, or derived from them, under the MIT licence; this
notice goes with every copy of them:

> MIT License
>
> Copyright (c) 2025 Useful Sensors, Inc.
>
> Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
> associated documentation files (the "Software"), to deal in the Software without restriction,
> including without limitation the rights to use, copy, modify, merge, publish, distribute,
> sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
> furnished to do so, subject to the following conditions:
>
> The above copyright notice and this permission notice shall be included in all copies or
> substantial portions of the Software.
>
> THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
> NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
> NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
> DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT
> OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.)";
constexpr std::string_view kUnknownLicence =
    "The weights are under the licence of whoever published them: those of Moonshine's English "
    "models are MIT, those\nfor other languages are not. flowtalk's own licence does not change "
    "that.";

formats::OnnxFile open_onnx(const fs::path& file) {
  return formats::read_as(file, "onnx", "the quantised encoder of Moonshine, encoder_model.onnx",
                          [&] { return formats::OnnxFile(file); });
}

}  // namespace

ImportedEncoder import_encoder(const ImportEncoderOptions& o) {
  if (o.encoder.empty()) {
    fail_usage("which file? for example: flowtalk import encoder encoder_model.onnx -o imported");
  }
  if (o.output.empty()) fail_usage("where to? give {}", Field("output"));
  const fs::path folder = replaced_folder(o.output, "output", is_of_import);
  const MoonshineEncoder made = read_moonshine(open_onnx(o.encoder), o.layers);
  ImportedEncoder result{folder, made.config, 0, made.layers, {}};
  const bool known = formats::sha256_of(o.encoder) == kKnown;
  if (!known) {
    result.warnings.push_back(
        fmt::format("{}: is not the file whose licence flowtalk knows, tiny/quantized of "
                    "moonshine-js 0.1.21; look whether you may use it",
                    o.encoder));
  }
  for (const auto& [name, values] : made.tensors) result.parameters += values.size();
  const std::string card = card_text(
      "An imported encoder",
      fmt::format("The first {} of {} layers of the encoder of Moonshine and what stands before "
                  "them, as a start for training, made by `flowtalk import encoder`.",
                  made.config.num_hidden_layers, made.layers),
      {o.encoder}, known ? kLicence : kUnknownLicence);
  params::save_checkpoint(folder, Json{{"kind", "encoder"}, {"encoder", to_json(made.config)}},
                          made.tensors, formats::Dtype::kF32,
                          [&](const fs::path& fresh) { save_file(fresh / "card.md", card); });
  return result;
}

bool looks_like_encoder(const fs::path& file) {
  try {
    return is_moonshine(formats::OnnxFile(file));
  } catch (const Error&) {
    return false;
  }
}

void check_encoder_importable(const fs::path& file) {
  read_moonshine(open_onnx(file), std::nullopt);
}

}  // namespace flowtalk::foreign
