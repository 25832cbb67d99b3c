"""Compares what a program shows of a file (as in_blender.py and in_chromium.mjs tell it) with what
the file says, and with the motion that it was made of. One line per file; exit code 1 if anything
is further away than is allowed.
    compare.py SHOWN.json FILE [--rate FPS] [--vertices POSED.npy --rest REST.npy --near MM]
        [--scores TAKE.csv] [--motion MOTION.npz --bones NAME=PART...]
FILE: .glb (of a .usda that is shown: that of the same head), .pc2, .obj, or the .vrma that moved what
is shown."""
import argparse
import base64
import csv
import json
import os
import sys

import numpy as np

import glb

LEAST = {"weights": 1e-4, "degrees": 0.01, "mm": 0.01, "points": 1e-3}


def options():
    o = argparse.ArgumentParser()
    o.add_argument("shown")
    o.add_argument("file")
    o.add_argument("--rate", type=float, default=25)
    o.add_argument("--vertices", help="the posed head, of flowtalk export vertices")
    o.add_argument("--rest", default="rest.npy", help="the head at rest, in the same order")
    o.add_argument("--near", type=float, default=LEAST["mm"], help="how near to it, mm")
    o.add_argument("--scores", help="flowtalk export arkit --head, at the same rate")
    o.add_argument("--motion", help="the motion at this rate, .npz")
    o.add_argument("--bones", nargs="*", default=[], help="which bone turns as what: Head=head")
    o.add_argument("--range", nargs=2, type=float, default=[90, 90],
                   help="of eyes: looks of up to so many degrees turn them by up to so many")
    o.add_argument("--same", help="the same avatar, shown moved by flowtalk export glb")
    o.add_argument("--cut", action="store_true", help="weights are cut to 0..1 and what they first are")
    o.add_argument("--back", action="store_true", help="the avatar faces -z")
    return o.parse_args()


def vertices_of(told):
    return np.frombuffer(base64.b64decode(told["vertices"]), "<f4").reshape(-1, 3).astype(float)


def farthest_mm(a, b):
    if a.shape != b.shape:
        raise SystemExit(f"compare: {a.shape[0]} vertices are shown, expected {b.shape[0]}")
    return 1e3 * np.linalg.norm(a - b, axis=1).max()


def degrees(a, b):
    return np.degrees(np.linalg.norm(np.asarray(a) - b) / np.sqrt(2))


def axis_angle(v):
    angle = np.linalg.norm(v)
    if angle < 1e-12:
        return np.eye(3)
    return glb.turned([*(np.sin(angle / 2) * np.asarray(v) / angle), np.cos(angle / 2)])


class Worst:
    """The largest difference of each kind, and how many were looked at."""

    def __init__(self):
        self.kinds = {}

    def see(self, kind, difference, allowed, unit, where):
        worst, count, limit, _, at = self.kinds.get(kind, (-1.0, 0, allowed, unit, ""))
        if not difference <= worst:
            worst, at = difference, where
        self.kinds[kind] = (worst, count + 1, limit, unit, at)

    def tell(self, title):
        parts, wrong = [], False
        for kind, (worst, count, limit, unit, at) in self.kinds.items():
            bad = not worst <= limit
            wrong |= bad
            parts.append(f"{kind} {worst:.2g}{unit} of {count}" +
                         (f" (TOO FAR: {limit:g} allowed, {at})" if bad else ""))
        print(f"{title}: {'; '.join(parts)}")
        return 1 if wrong or not parts else 0


def compare_cache(o, shown, worst):
    posed = np.load(o.vertices)
    for moment in shown["moments"]:
        (mesh,) = moment["meshes"].values()
        want = posed[round(moment["seconds"] * o.rate)].astype(float)
        worst.see("vertices beside the head's", farthest_mm(vertices_of(mesh), want), o.near, " mm",
                  f"{moment['seconds']} s")


def compare_file(o, file, shown, worst):
    for moment in shown["moments"]:
        moved = file.moved(moment["seconds"])
        for name, node in file.mesh_nodes().items():
            mesh = moment["meshes"][name]
            where = f"{name}, {moment['seconds']} s"
            weights = np.array(file.weights(node, moved))
            if o.cut:
                first = np.array(file.weights(node, file.moved(0)))
                weights = np.clip(weights, np.minimum(0, first), np.maximum(1, first))
            # A program may have no names where those of a file stand at its primitives, as in VRM 0.x.
            names = file.target_names(node)
            if len(mesh["weights"]) != len(weights) or (names and mesh["names"] != names):
                raise SystemExit(f"compare: {where} has the targets {mesh['names']}, not {names}")
            for k, weight in enumerate(weights):
                worst.see("weights beside the file's", abs(mesh["weights"][k] - weight),
                          LEAST["weights"], "", f"{mesh['names'][k]} of {where}")
            worst.see("vertices beside the file's",
                      farthest_mm(vertices_of(mesh), file.vertices(node, moved, weights)),
                      LEAST["mm"], " mm", where)
        for name, turn in file.turns(moved).items():
            worst.see("turns beside the file's", degrees(moment["turns"][name], turn),
                      LEAST["degrees"], " degrees", f"{name}, {moment['seconds']} s")


def compare_head(o, file, shown, worst):
    """Vertices that rest where one of the head's does; the others are of its finer brows."""
    posed, rest = np.load(o.vertices).astype(float), np.load(o.rest).reshape(-1, 3)
    places = {}
    for v, place in enumerate(rest):
        places.setdefault(place.astype("<f4").tobytes(), []).append(v)
    found = 0
    for name, node in file.mesh_nodes().items():
        own = file.values(file.primitive(node)["attributes"]["POSITION"]).astype("<f4")
        same = [places.get(place.tobytes(), []) for place in own]
        which = np.array([i for i, at in enumerate(same) if at], int)
        found += len(which)
        for moment in shown["moments"]:
            want = posed[round(moment["seconds"] * o.rate)]
            got = vertices_of(moment["meshes"][name])
            # Of several that rest at one place the nearest is meant.
            away = max((min(np.linalg.norm(got[i] - want[v]) for v in same[i]) for i in which),
                       default=0.0)
            worst.see("vertices beside the head's", 1e3 * away, o.near, " mm",
                      f"{name}, {moment['seconds']} s")
    if found < len(rest) / 2:
        raise SystemExit(f"compare: {found} vertices rest where the head's {len(rest)} do")


def row_of(o, rows, moment):
    return rows[round(moment["seconds"] * o.rate)]


def compare_scores(o, rows, shown, worst):
    for moment in shown["moments"]:
        row = {name[0].lower() + name[1:]: value for name, value in row_of(o, rows, moment).items()}
        for name, mesh in moment["meshes"].items():
            for target, weight in zip(mesh["names"], mesh["weights"]):
                if target in row:
                    worst.see("weights beside the take's", abs(weight - float(row[target])),
                              LEAST["weights"], "", f"{target} of {name}, {moment['seconds']} s")


def in_range(radians, ranges):
    most, to = np.radians(ranges)
    return np.sign(radians) * min(abs(radians), most) / most * to


def parts_of(o, motion, rows, moment):
    """How the parts of a face are turned in the world, of one that faces +z."""
    def row(name):
        values = motion[name] if name in motion else np.zeros((1, 6))
        return values[round(moment["seconds"] * o.rate) if len(values) > 1 else 0]

    body = axis_angle(row("global_pose")[:3])
    head = body @ axis_angle(row("neck_pose")[:3])
    parts = {"body": body, "head": head, "jaw": head @ axis_angle(row("jaw_pose")[:3]),
             "left_joint": head @ axis_angle(row("eye_pose")[:3]),
             "right_joint": head @ axis_angle(row("eye_pose")[3:6])}
    if rows:  # where the eyes look, by shapes and joints together; the gaze is the mean of both
        looks = {side: [float(row_of(o, rows, moment)[f"{side}Eye{which}"])
                        for which in ("Yaw", "Pitch")] for side in ("Left", "Right")}
        looks["gaze"] = np.mean([looks["Left"], looks["Right"]], 0)
        for name, look in looks.items():
            yaw, pitch = (in_range(angle, o.range) for angle in look)
            parts[name] = head @ axis_angle([0, -yaw, 0]) @ axis_angle([pitch, 0, 0])
    return parts


def compare_turns(o, rows, shown, worst):
    about = np.diag([-1.0, 1, -1]) if o.back else np.eye(3)
    motion = np.load(o.motion)
    for moment in shown["moments"]:
        parts = parts_of(o, motion, rows, moment)
        for pair in o.bones:
            bone, part = pair.rsplit("=", 1)
            worst.see("turns beside the motion's",
                      degrees(moment["turns"][bone], about @ parts[part] @ about),
                      LEAST["degrees"], " degrees", f"{bone}, {moment['seconds']} s")


def compare_animation(file, shown, worst):
    """An avatar's expressions beside those of a .vrma."""
    named = file.json["extensions"]["VRMC_vrm_animation"]["expressions"]
    nodes = {name: entry["node"] for kind in named.values() for name, entry in kind.items()}
    for moment in shown["moments"]:
        moved = file.moved(moment["seconds"])
        for name, value in moment["expressions"].items():
            if name in nodes:
                worst.see("expressions beside the file's",
                          abs(value - moved[nodes[name], "translation"][0]), LEAST["weights"], "",
                          f"{name}, {moment['seconds']} s")


def compare_rest(file, shown, worst):
    """Meshes of USD beside those of a glb of the same head, at rest."""
    nodes = file.mesh_nodes()
    if set(nodes) != set(shown["meshes"]):
        raise SystemExit(f"compare: there are the meshes {sorted(shown['meshes'])}")
    for name, node in nodes.items():
        primitive, mesh = file.primitive(node), shown["meshes"][name]
        if file.values(primitive["indices"])[:, 0].astype(int).tolist() != mesh["corners"]:
            raise SystemExit(f"compare: {name} has other triangles")
        worst.see("vertices beside glb's", farthest_mm(
            vertices_of(mesh), file.values(primitive["attributes"]["POSITION"])), LEAST["mm"], " mm",
            name)


def compare_same(shown, other, worst):
    """The targets of one avatar that is moved by both."""
    for moment, same in zip(shown["moments"], other["moments"]):
        for name, mesh in moment["meshes"].items():
            for k, weight in enumerate(mesh["weights"]):
                worst.see("weights beside those of export glb",
                          abs(weight - same["meshes"][name]["weights"][k]), LEAST["weights"], "",
                          f"{k} of {name}, {moment['seconds']} s")


def main():
    o = options()
    shown = json.load(open(o.shown))
    rows = list(csv.DictReader(open(o.scores))) if o.scores else []
    worst = Worst()
    if o.file.endswith((".pc2", ".obj")):
        compare_cache(o, shown, worst)
    elif o.file.endswith(".vrma"):
        compare_animation(glb.Glb(o.file), shown, worst)
    elif "meshes" in shown:
        compare_rest(glb.Glb(o.file), shown, worst)
        if rows:
            compare_scores(o, rows, shown, worst)
    else:
        file = glb.Glb(o.file)
        compare_file(o, file, shown, worst)
        if o.vertices:
            compare_head(o, file, shown, worst)
        if rows:
            compare_scores(o, rows, shown, worst)
    if o.same:
        compare_same(shown, json.load(open(o.same)), worst)
    if o.motion:
        compare_turns(o, rows, shown, worst)
    if "apart" in shown:
        others, covered = shown["apart"]
        worst.see("points drawn elsewhere, share", others / covered, LEAST["points"], "", "")
    sys.exit(worst.tell(f"{shown['program']}, {os.path.basename(o.shown)}"))


main()
