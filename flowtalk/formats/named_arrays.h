// The arrays of a file by their names, whatever kind of file it is. Which kinds there are stands in
// describe_file.cpp, the one list.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/formats/array.h"
#include "flowtalk/formats/value.h"

namespace flowtalk::formats {

// Nothing is read before it is asked for; what is read borrows the mapped file where it can.
struct NamedArray {
  std::string name;   // "exp"; of dicts in dicts "flame.exp"; "" of a file that is one array
  std::string where;  // file and name, for messages
  // Numbers. Errors: damaged, or something that is no array of numbers.
  std::function<Array()> load;
  // The text that stands here instead of numbers, if there is one.
  std::function<std::optional<std::string>()> text;
};

// In the order of the file. Of pickles and torch files, and of .npy files of pickled objects, those
// that formats/value_arrays.h tells; keys may be texts, bytes or numbers. Of a folder the frames
// that lie in it (formats/frame_folder.h). Errors name the file: damaged, of a kind that holds no
// arrays, other objects.
std::vector<NamedArray> open_arrays(const std::filesystem::path& path);

// Whether open_arrays reads files of this kind, a name that format_of gives.
bool holds_arrays(const std::string& format);

// The dict, or the list of dicts, that numpy.save has pickled into an .npy file; nothing if the
// file holds numbers or texts. Error: other objects. The bytes are those of the file, which `owner`
// keeps.
std::optional<Value> npy_value(std::string_view bytes, const std::string& where,
                               std::shared_ptr<const void> owner);

// The readers of the kinds.
std::vector<NamedArray> npy_arrays(const std::filesystem::path& path);
std::vector<NamedArray> npz_arrays(const std::filesystem::path& path);
std::vector<NamedArray> safetensors_arrays(const std::filesystem::path& path);
std::vector<NamedArray> pickle_arrays(const std::filesystem::path& path);
std::vector<NamedArray> torch_arrays(const std::filesystem::path& path);

}  // namespace flowtalk::formats
