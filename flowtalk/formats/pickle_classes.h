// The one list of names that a pickle may use, each by its exact module and name.
#pragma once

#include <string_view>

#include "flowtalk/formats/element.h"

namespace flowtalk::formats {

// What is made of a name; nothing else is ever done with it.
enum class ClassRole {
  kData,    // a bare name that stands among data (`dict` as a factory); never called
  kRecord,  // its objects are records
  kDict,
  kList,
  kSet,
  kBytes,
  kEncode,           // _codecs.encode(text, 'latin1')
  kReconstructor,    // copyreg._reconstructor(class, base, state)
  kNewObject,        // copyreg.__newobj__(class, *args)
  kNumpyDtype,       // numpy.dtype(code, align, copy)
  kNumpyClass,       // numpy.ndarray
  kNumpyArray,       // _reconstruct(class, shape, code)
  kNumpyScalar,      // scalar(dtype, bytes)
  kNumpyFromBuffer,  // _frombuffer(bytes, dtype, shape, order)
  kTorchStorage,     // a storage type; `dtype` says of what
  kTorchDtype,       // torch.float32
  kTorchFile,        // _load_from_bytes(bytes): a whole torch file inside the pickle
  kTorchTensor,      // _rebuild_tensor(storage, offset, size, stride), and _v2
  kTorchTensorV3,    // with the element type as an argument
  kTorchParameter,   // _rebuild_parameter(tensor, ...)
  kTorchTyped        // _rebuild_from_type_v2(function, type, args, state)
};

struct KnownClass {
  std::string_view module, name;
  ClassRole role;
  Dtype dtype = Dtype::kU8;
};

// Row of the list, or -1.
int find_known_class(std::string_view module, std::string_view name);
const KnownClass& known_class(int row);

}  // namespace flowtalk::formats
