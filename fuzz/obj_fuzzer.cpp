// formats/obj: meshes whose triangles stay within their vertices, or a refusal.
#include "flowtalk/formats/obj.h"
#include "fuzz/array_checks.h"
#include "fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  fuzz::accepts([&] {
    const formats::ObjMesh mesh = formats::read_obj(fuzz::bytes_of(data, size), "x.obj");
    fuzz::check_mesh(mesh.vertices, mesh.triangles);
  });
  return 0;
}
