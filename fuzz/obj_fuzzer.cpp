// formats/obj: meshes whose triangles stay within their vertices, or a refusal.
#include "flowtalk/formats/obj.h"
#include "fuzz/array_checks.h"
#include "fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  fuzz::accepts([&] {
    const formats::ObjMesh mesh = formats::read_obj(fuzz::bytes_of(data, size), "x.obj");
    fuzz::check_array(mesh.vertices);
    fuzz::check_array(mesh.triangles);
    const int64_t vertices = mesh.vertices.shape.at(0);
    for (int64_t i = 0; i < mesh.triangles.size(); ++i) {
      if (mesh.triangles.int64(i) >= vertices) fuzz::finding("a triangle beyond the vertices");
    }
  });
  return 0;
}
