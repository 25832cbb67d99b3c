"""A glTF file at a moment, read after the specification: weights, joints' turns, vertices."""
import json
import struct

import numpy as np

COMPONENTS = {5120: "i1", 5121: "u1", 5122: "i2", 5123: "u2", 5125: "u4", 5126: "f4"}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


def turned(q):
    """The rotation matrix of a quaternion x, y, z, w."""
    x, y, z, w = np.asarray(q, float) / np.linalg.norm(q)
    return np.array([[1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                     [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                     [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]])


def between(a, b, share):
    """Of two quaternions the one at `share` of the shorter way."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    dot = a @ b
    if dot < 0:
        b, dot = -b, -dot
    if dot > 1 - 1e-10:
        return a + share * (b - a)
    angle = np.arccos(dot)
    return (np.sin((1 - share) * angle) * a + np.sin(share * angle) * b) / np.sin(angle)


class Glb:
    def __init__(self, path):
        data = open(path, "rb").read()
        magic, _, length = struct.unpack_from("<4sII", data)
        if magic != b"glTF" or length != len(data):
            raise ValueError(f"{path}: no whole GLB")
        size, kind = struct.unpack_from("<I4s", data, 12)
        if kind != b"JSON":
            raise ValueError(f"{path}: its first chunk is no JSON")
        self.json = json.loads(data[20:20 + size])
        self.buffer = data[28 + size:]
        self.nodes = self.json["nodes"]
        self.parents = {child: i for i, node in enumerate(self.nodes)
                        for child in node.get("children", [])}

    def _view(self, view, component, offset, count, width):
        entry = self.json["bufferViews"][view]
        kind = np.dtype("<" + COMPONENTS[component])
        stride = entry.get("byteStride", 0) or kind.itemsize * width
        return np.ndarray((count, width), kind, self.buffer, entry.get("byteOffset", 0) + offset,
                          (stride, kind.itemsize)).astype(float)

    def values(self, place):
        """All of an accessor, (count, width)."""
        entry = self.json["accessors"][place]
        count, width = entry["count"], WIDTHS[entry["type"]]
        if "bufferView" in entry:
            out = self._view(entry["bufferView"], entry["componentType"],
                             entry.get("byteOffset", 0), count, width)
        else:
            out = np.zeros((count, width))
        if "sparse" in entry:
            sparse = entry["sparse"]
            which, what = sparse["indices"], sparse["values"]
            places = self._view(which["bufferView"], which["componentType"],
                                which.get("byteOffset", 0), sparse["count"], 1)
            out[places[:, 0].astype(int)] = self._view(
                what["bufferView"], entry["componentType"], what.get("byteOffset", 0),
                sparse["count"], width)
        if entry.get("normalized"):
            out /= np.iinfo(COMPONENTS[entry["componentType"]]).max
        return out

    def moved(self, seconds):
        """What the first animation says then: {(node, path): values}; {} for None."""
        if seconds is None or not self.json.get("animations"):
            return {}
        animation = self.json["animations"][0]
        out = {}
        for channel in animation["channels"]:
            sampler = animation["samplers"][channel["sampler"]]
            if sampler.get("interpolation", "LINEAR") != "LINEAR":
                raise ValueError("an interpolation that is not linear")
            times = self.values(sampler["input"])[:, 0]
            rows = self.values(sampler["output"]).reshape(len(times), -1)
            at = np.clip(seconds, times[0], times[-1])
            left = int(np.clip(np.searchsorted(times, at, "right") - 1, 0, len(times) - 2))
            share = (at - times[left]) / (times[left + 1] - times[left])
            path = channel["target"]["path"]
            mix = between if path == "rotation" else lambda a, b, s: a + s * (b - a)
            out[channel["target"]["node"], path] = mix(rows[left], rows[left + 1], share)
        return out

    def world(self, moved):
        """The matrix of every node."""
        matrices = {}

        def of(i):
            if i in matrices:
                return matrices[i]
            node, local = self.nodes[i], np.eye(4)
            if "matrix" in node:
                local = np.array(node["matrix"], float).reshape(4, 4).T
            else:
                local[:3, :3] = turned(moved.get((i, "rotation"), node.get("rotation", [0, 0, 0, 1])))
                local[:3, :3] *= np.asarray(node.get("scale", [1, 1, 1]), float)
                local[:3, 3] = moved.get((i, "translation"), node.get("translation", [0, 0, 0]))
            matrices[i] = of(self.parents[i]) @ local if i in self.parents else local
            return matrices[i]

        for i in range(len(self.nodes)):
            of(i)
        return matrices

    def mesh_nodes(self):
        return {node.get("name", str(i)): i for i, node in enumerate(self.nodes) if "mesh" in node}

    def primitive(self, node):
        return self.json["meshes"][self.nodes[node]["mesh"]]["primitives"][0]

    def target_names(self, node):
        """As the specification has them; [] where it has none."""
        return self.json["meshes"][self.nodes[node]["mesh"]].get("extras", {}).get("targetNames", [])

    def weights(self, node, moved):
        mesh = self.json["meshes"][self.nodes[node]["mesh"]]
        still = mesh.get("weights", [0] * len(self.primitive(node).get("targets", [])))
        return moved.get((node, "weights"), still)

    def vertices(self, node, moved, weights):
        """(V, 3) in the world: targets first, then joints."""
        primitive = self.primitive(node)
        points = self.values(primitive["attributes"]["POSITION"])
        for weight, target in zip(weights, primitive.get("targets", [])):
            if weight != 0:
                points = points + weight * self.values(target["POSITION"])
        points = np.hstack([points, np.ones((len(points), 1))])
        world = self.world(moved)
        if "skin" not in self.nodes[node]:
            return (points @ world[node].T)[:, :3]
        skin = self.json["skins"][self.nodes[node]["skin"]]
        back = self.values(skin["inverseBindMatrices"]).reshape(-1, 4, 4).transpose(0, 2, 1)
        turns = np.array([world[j] @ back[k] for k, j in enumerate(skin["joints"])])
        joints = self.values(primitive["attributes"]["JOINTS_0"]).astype(int)
        shares = self.values(primitive["attributes"]["WEIGHTS_0"])
        out = np.zeros((len(points), 4))
        for k in range(4):
            out += shares[:, k:k + 1] * np.einsum("vij,vj->vi", turns[joints[:, k]], points)
        return out[:, :3]

    def turns(self, moved):
        """How far each joint is turned from where it rests, in the world: {name: (3, 3)}."""
        rest, now = self.world({}), self.world(moved)
        joints = {j for skin in self.json.get("skins", []) for j in skin["joints"]}
        return {self.nodes[j]["name"]: rotation(now[j]) @ rotation(rest[j]).T for j in joints}


def rotation(matrix):
    """That of a matrix of turns and one scale."""
    m = np.asarray(matrix, float)[:3, :3]
    return m / np.cbrt(np.linalg.det(m))
