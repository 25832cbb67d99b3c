// safetensors files: named tensors behind a JSON header (github.com/huggingface/safetensors).
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "flowtalk/formats/array.h"
#include "flowtalk/formats/element.h"
#include "flowtalk/formats/mapped_file.h"
#include "flowtalk/formats/whole_steps.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::formats {

// A mapped file, validated as a whole when it is opened: header length and JSON, known types, sizes
// that fit the shapes, and tensors that cover the data without gap or overlap. Errors name the
// file.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::filesystem::path& path);
  // The bytes of such a file, which `owner` keeps; `name` stands for the path in messages.
  SafetensorsFile(std::string name, std::string_view bytes, std::shared_ptr<const void> owner);

  const std::string& path() const { return path_; }
  std::vector<std::string> names() const;  // sorted
  bool contains(const std::string& name) const { return entries_.contains(name); }
  const tensor::Shape& shape(const std::string& name) const { return entry(name).shape; }
  Dtype dtype(const std::string& name) const { return entry(name).dtype; }
  // The tensor as the file holds it, borrowed from the mapped file, which the array keeps open; one
  // of whole steps is multiplied out.
  Array array(const std::string& name) const;
  // Float32 is borrowed from the mapped file, which the tensor keeps open; other types are
  // converted, complex ones refused. The values must not be written to.
  tensor::Tensor load(const std::string& name) const;
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  // The same file, its tensors under other names. Error: one name for two.
  SafetensorsFile renamed(const std::function<std::string(const std::string&)>& new_name) const;
  // See MappedFile; bytes in memory stay.
  void drop_pages() const {
    if (file_) file_->drop_pages();
  }

 private:
  struct Entry {
    Dtype dtype;
    tensor::Shape shape;
    size_t begin, end;  // within the data
    std::optional<WholeSteps> steps = std::nullopt;
  };
  const Entry& entry(const std::string& name) const;  // Error if it is not in the file
  void open();
  void read_header(std::string_view header, size_t data_size);
  void read_steps();

  std::string path_;
  std::shared_ptr<const MappedFile> file_;  // null for bytes in memory
  std::shared_ptr<const void> owner_;
  std::string_view bytes_;
  size_t data_start_ = 0;
  std::map<std::string, Entry> entries_;
  std::map<std::string, std::string> metadata_;
};

using NamedTensors = std::vector<std::pair<std::string, tensor::Tensor>>;

// Writes the tensors in the given order as F32 or F16 (rounded to nearest). Of F16, the large ones
// that are whole steps (whole_steps.h) lie as U8, exact; the metadata "steps:NAME" has the step.
void save_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                      Dtype dtype = Dtype::kF32,
                      const std::map<std::string, std::string>& metadata = {});

}  // namespace flowtalk::formats
