// Python pickles, read without Python: data are constructed, nothing is imported or run.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "flowtalk/formats/value.h"

namespace flowtalk::formats {

// Protocols 0 to 5: plain values, numpy arrays, torch tensors, sparse matrices of scipy, values of
// chumpy, scalers of scikit-learn, and collections. Arrays borrow the mapped file where they can.
// Error with file, byte and name for any other class.
Value load_pickle(const std::filesystem::path& path);
// The same for bytes that `owner`, or the caller if there is none, keeps alive.
// Arrays of Python objects are refused, or become tuples of their objects.
enum class ObjectArrays : bool { kRefused, kTaken };
Value read_pickle(std::string_view bytes, const std::string& where,
                  std::shared_ptr<const void> owner = nullptr,
                  ObjectArrays objects = ObjectArrays::kRefused);

}  // namespace flowtalk::formats
