#include "flowtalk/encoder/encoder_place.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/printable.h"
#include "flowtalk/params/run_checkpoint.h"

namespace flowtalk::encoder {
namespace fs = std::filesystem;
namespace {

constexpr const char* kConfig = "config.json";
constexpr const char* kExpected =
    "expected a folder with config.json and model.safetensors, as Hugging Face has them, or a "
    "checkpoint or run of flowtalk";

bool has_config(const fs::path& folder) { return fs::exists(folder / kConfig); }

// Those subfolders that `wanted` takes, sorted; none for a folder that cannot be read.
template <class Wanted>
std::vector<std::string> subfolders(const fs::path& folder, const Wanted& wanted) {
  std::vector<std::string> names;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    if (entry.is_directory(code) && wanted(entry.path())) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  constexpr size_t kMost = 8;
  const std::vector<std::string> first(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kMost)));
  std::string text = fmt::format("{}", fmt::join(first, ", "));
  if (names.size() > kMost) text += fmt::format(" and {} more", names.size() - kMost);
  return text;
}

// ---- The hub's cache: models--OWNER--NAME/{blobs, refs/main, snapshots/REVISION}, whose files are
// links into blobs

bool is_hub_model(const fs::path& folder) {
  return fs::is_directory(folder / "snapshots") && !has_config(folder);
}

// What refs/main says, a plain name of a folder; "" if there is no such file.
std::string main_revision(const fs::path& model) {
  constexpr size_t kMost = 256;
  const fs::path file = model / "refs" / "main";
  if (!fs::exists(file)) return "";
  std::string text = load_file(file, kMost);
  text.erase(text.find_last_not_of(" \r\n\t") + 1);
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_';
  });
  if (!plain) {
    fail("{}: expected the name of a revision, got {}", file.string(), formats::printable(text));
  }
  return text;
}

EncoderPlace snapshot_of(const fs::path& model) {
  const fs::path snapshots = model / "snapshots";
  const auto all = subfolders(snapshots, has_config);
  const std::string main = main_revision(model);
  const auto place = [&](const std::string& revision) {
    return EncoderPlace{snapshots / revision, "",
                        fmt::format("revision {} of the hub's cache", revision)};
  };
  if (std::find(all.begin(), all.end(), main) != all.end()) return place(main);
  if (all.empty()) {
    fail("{}: no snapshot in it has a config.json; fetch the model again", model.string());
  }
  if (main.empty() && all.size() == 1) return place(all.front());
  fail("{}: {}; give one of its snapshots: {}", snapshots.string(),
       main.empty() ? "holds several and no refs/main says which"
                    : fmt::format("{}, which refs/main names, is not complete", main),
       listed(all));
}

// Where this machine keeps what it fetched from the hub; "" if nothing says it.
fs::path hub_cache() {
  const auto value = [](const char* name) {
    const char* text = std::getenv(name);
    return fs::path(text != nullptr ? text : "");
  };
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}) {
    if (const fs::path cache = value(name); !cache.empty()) return cache;
  }
  if (const fs::path home = value("HF_HOME"); !home.empty()) return home / "hub";
  if (const fs::path cache = value("XDG_CACHE_HOME"); !cache.empty()) {
    return cache / "huggingface" / "hub";
  }
  const fs::path home = value("HOME");
  return home.empty() ? fs::path() : home / ".cache" / "huggingface" / "hub";
}

// Without what people copy along from the hub's page.
std::string hub_name(std::string text) {
  constexpr std::string_view kPage = "https://huggingface.co/";
  if (text.starts_with(kPage)) text.erase(0, kPage.size());
  while (text.ends_with('/')) text.pop_back();
  return text;
}

// "OWNER/NAME" and nothing else
bool may_be_hub_name(const std::string& text) {
  const auto slash = text.find('/');
  const auto good = [](const std::string& part) {
    const bool plain = std::all_of(part.begin(), part.end(), [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
    });
    return plain && !part.empty() && part.front() != '.';
  };
  return slash != std::string::npos && good(text.substr(0, slash)) && good(text.substr(slash + 1));
}

EncoderPlace of_hub_name(const std::string& name) {
  const auto slash = name.find('/');
  const fs::path cache = hub_cache();
  const fs::path model =
      cache / fmt::format("models--{}--{}", name.substr(0, slash), name.substr(slash + 1));
  if (!cache.empty() && is_hub_model(model)) return snapshot_of(model);
  fail(
      "{}: no such folder; {}. A model of that name on Hugging Face's hub is fetched first: `git "
      "clone https://huggingface.co/{}` (with git-lfs), then give the folder {}",
      name, kExpected, name, name.substr(slash + 1));
}

// ---- Folders and files

EncoderPlace of_folder(const fs::path& folder) {
  if (has_config(folder)) return {folder, "", ""};
  if (is_hub_model(folder)) return snapshot_of(folder);
  const fs::path clean = folder.has_filename() ? folder : folder.parent_path();
  if (clean.filename() == "snapshots") {
    return snapshot_of(clean.has_parent_path() ? clean.parent_path() : fs::path("."));
  }
  if (const auto run = params::checkpoint_in(folder); !run.which.empty()) {
    return {run.folder, "", run.which};
  }
  const auto inside =
      subfolders(folder, [](const fs::path& f) { return has_config(f) || is_hub_model(f); });
  fail("{}: has no config.json; {}{}", folder.string(), kExpected,
       inside.empty() ? "" : fmt::format("; in it are {}: give one of them", listed(inside)));
}

bool is_shard(const std::string& name) { return name.find("-of-") != std::string::npos; }

EncoderPlace of_file(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (!has_config(folder)) {
    fail("{}: is a file without a config.json beside it, which says what its tensors are; {}",
         file.string(), kExpected);
  }
  const std::string name = file.filename().string(), ending = file.extension().string();
  const bool index = name.ends_with(".index.json");
  const bool weights = ending == ".safetensors" || ending == ".bin" || ending == ".pt" ||
                       ending == ".pth" || ending == ".ckpt";
  if (!weights && !index && name != kConfig) {
    fail("{}: neither the weights nor the config.json of an encoder; give the folder {}",
         file.string(), folder.string());
  }
  const bool whole = index || (weights && name != "weights.safetensors" && !is_shard(name));
  return {folder, whole ? file : fs::path(), ""};
}

}  // namespace

EncoderPlace find_encoder(const fs::path& given) {
  if (fs::is_directory(given)) return of_folder(given);
  if (fs::is_symlink(given) && !fs::exists(given)) {
    fail("{}: is a link to {}, which is not there; fetch the model again", given.string(),
         fs::read_symlink(given).string());
  }
  if (fs::exists(given)) return of_file(given);
  const std::string name = hub_name(given.string());
  if (may_be_hub_name(name)) return of_hub_name(name);
  fail("{}: no such folder; {}", given.string(), kExpected);
}

}  // namespace flowtalk::encoder
