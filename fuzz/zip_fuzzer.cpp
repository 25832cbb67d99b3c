// formats/zip: entries of an archive that opens are read, or refused one by one.
#include "flowtalk/formats/zip.h"
#include "fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  const fuzz::MemoryFile input(fuzz::bytes_of(data, size));
  fuzz::accepts([&] {
    const formats::ZipReader zip(input.path());
    size_t stored = 0;
    for (const formats::ZipEntry& entry : zip.entries()) {
      if (zip.find(entry.name) != &entry) fuzz::finding("an entry that its name does not find");
      stored += entry.stored_bytes;
      fuzz::accepts([&] {
        const formats::ZipContent content = zip.read(entry);
        if (content.bytes.size() != entry.bytes) fuzz::finding("content of another size");
        if (zip.read_unchecked(entry).bytes != content.bytes) fuzz::finding("other content");
      });
    }
    if (stored > size) fuzz::finding("entries hold more bytes than the archive");
  });
  return 0;
}
