#include "flowtalk/formats/pickle.h"

#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/mapped_file.h"
#include "flowtalk/formats/pickle_machine.h"
#include "flowtalk/formats/zip.h"

namespace flowtalk::formats {

Value load_pickle(const std::filesystem::path& path) {
  const auto file = std::make_shared<const MappedFile>(path);
  return read_pickle(file->bytes(), path.string(), file);
}

Value read_pickle(std::string_view bytes, const std::string& where,
                  std::shared_ptr<const void> owner, ObjectArrays objects) {
  if (bytes.empty()) fail("{}: is empty, expected a pickle", where);
  if (ZipReader::recognises(bytes)) {
    fail("{}: is a zip archive, expected a pickle; it may be a torch file or an .npz", where);
  }
  auto tree = std::make_shared<ValueTree>(where, bytes.size());
  PickleSession session{*tree};
  session.object_arrays = objects == ObjectArrays::kTaken;
  PickleMachine machine(session, {bytes, std::move(owner)});
  const ValueNode* root = machine.run();
  machine.finish();
  return {std::move(tree), root};
}

}  // namespace flowtalk::formats
