"""What Blender makes of a file at moments, as JSON, in glTF's axes:
    blender -b --factory-startup --python-exit-code 1 --python in_blender.py -- \
        glb|open|obj|pc2 FILE FPS OUT.json SECONDS...
open: a glb whose shape keys may go anywhere; Blender 3.4 cuts them to 0..1, but for what their first
key asks for.
Per moment: the value of each shape key, the turn of each bone from where it rests, the vertices."""
import base64
import json
import sys

import bpy
import mathutils
import numpy as np

# The importer of Blender 3.4 names what Debian 12's numpy 1.24 no longer has.
if "bool" not in np.__dict__:
    np.bool = bool

# glTF's y is up, Blender's z is.
TO_GLTF = mathutils.Matrix(((1, 0, 0), (0, 0, 1), (0, -1, 0)))


def vertices_of(thing, graph):
    shown = thing.evaluated_get(graph)
    mesh = shown.to_mesh()
    points = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", points)
    shown.to_mesh_clear()
    matrix = np.array(TO_GLTF.to_4x4() @ shown.matrix_world)
    points = points.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]
    return base64.b64encode(points.astype("<f4").tobytes()).decode()


def turn_of(armature, bone):
    frame = armature.matrix_world.to_quaternion().to_matrix()
    rest = frame @ bone.bone.matrix_local.to_quaternion().to_matrix()
    now = frame @ bone.matrix.to_quaternion().to_matrix()
    turn = TO_GLTF @ now @ rest.transposed() @ TO_GLTF.transposed()
    return [list(row) for row in turn]


def moment(seconds):
    frame = seconds * bpy.context.scene.render.fps / bpy.context.scene.render.fps_base
    bpy.context.scene.frame_set(int(frame), subframe=frame - int(frame))
    graph = bpy.context.evaluated_depsgraph_get()
    out = {"seconds": seconds, "meshes": {}, "turns": {}}
    for thing in bpy.context.scene.objects:
        if thing.type == "ARMATURE":
            shown = thing.evaluated_get(graph)
            for bone in shown.pose.bones:
                out["turns"][bone.name] = turn_of(shown, bone)
        if thing.type != "MESH":
            continue
        keys = thing.evaluated_get(graph).data.shape_keys
        keys = keys.key_blocks[1:] if keys else []
        # A mesh that is moved and has a skin is called Head.001, beside an empty of its name.
        out["meshes"][thing.data.name] = {"names": [key.name for key in keys],
                                          "weights": [key.value for key in keys],
                                          "vertices": vertices_of(thing, graph)}
    return out


def open_cache(path):
    """The mesh at rest, moved by the cache, as one does it by hand: all settings as they are."""
    bpy.ops.wm.obj_import(filepath=path[:-4] + ".obj")
    cache = bpy.context.selected_objects[0].modifiers.new("cache", "MESH_CACHE")
    cache.cache_format = "PC2"
    cache.filepath = path
    cache.frame_start = 0


def main():
    kind, path, fps, out, *seconds = sys.argv[sys.argv.index("--") + 1:]
    for thing in list(bpy.data.objects):
        bpy.data.objects.remove(thing)
    bpy.context.scene.render.fps = int(fps)
    if kind == "pc2":
        open_cache(path)
    elif kind == "obj":
        bpy.ops.wm.obj_import(filepath=path)
    else:
        bpy.ops.import_scene.gltf(filepath=path)
    if kind == "open":
        for keys in bpy.data.shape_keys:
            for key in keys.key_blocks:
                key.slider_min, key.slider_max = -10, 10
    told = {"program": f"Blender {bpy.app.version_string}",
            "moments": [moment(float(s)) for s in seconds]}
    with open(out, "w") as file:
        json.dump(told, file)


main()
