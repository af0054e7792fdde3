"""Cuts head and neck out of the base mesh and triangulates it mirror-symmetrically."""

from collections import defaultdict, deque
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

NECK_LOOP_START = 1522  # front, on the midline, above the collar bones; no expression moves this loop
HELPERS = ('helper-upper-teeth', 'helper-lower-teeth', 'helper-tongue')
EYE_HELPERS = ('helper-l-eye', 'helper-r-eye')


@dataclass
class Cut:
    """The kept part of the base mesh; indices below V are into `kept`."""

    kept: np.ndarray  # [V] vertex indices of the base mesh: skin, teeth, tongue, then the two eye helpers
    faces: np.ndarray  # [T, 3] of skin, teeth and tongue; the eye helpers have none
    uv_faces: np.ndarray  # [T, 3] indices into the base mesh's uv
    mirror: np.ndarray  # [V]
    groups: dict  # 'skin', 'upper_teeth', 'lower_teeth', 'tongue', 'left_eye', 'right_eye' -> vertex indices


def edge_neighbours(quads):
    neighbours = defaultdict(set)
    for quad in quads:
        for a, b in zip(quad, np.roll(quad, -1)):
            neighbours[a].add(b)
            neighbours[b].add(a)
    return neighbours


def walk_loop(quads, start, step):
    """The closed edge loop through `start`: at each 4-valent vertex it leaves by the edge opposite to the entry."""
    neighbours = edge_neighbours(quads)
    faces_of = defaultdict(set)
    for index, quad in enumerate(quads):
        for vertex in quad:
            faces_of[vertex].add(index)
    loop = [start, step]
    while loop[-1] != start:
        previous, here = loop[-2:]
        entry = faces_of[previous] & faces_of[here]
        opposite = [next_ for next_ in neighbours[here]
                    if next_ != previous and not (faces_of[here] & faces_of[next_] & entry)]
        if len(opposite) != 1:
            raise ValueError(f'walk_loop: vertex {here} is not 4-valent')
        loop.append(opposite[0])
    return np.array(loop[:-1])


def component_above(quads, loop, top):
    """Vertices connected with `top` without crossing `loop`, and the loop itself."""
    neighbours, seen, queue = edge_neighbours(quads), set(loop.tolist()) | {top}, deque([top])
    while queue:
        for next_ in neighbours[queue.popleft()]:
            if next_ not in seen:
                seen.add(next_)
                queue.append(next_)
    return np.array(sorted(seen))


def triangulate(quads, uv_quads, vertices, mirror):
    """Splits quads along the shorter diagonal, the same on both sides of the midline."""
    faces, uv_faces, chosen = [], [], {}
    for quad, uv_quad in zip(quads, uv_quads):
        if len(set(quad)) == 3:
            raise ValueError('triangulate: a quad has a repeated corner')
        twin = tuple(sorted(mirror[quad]))
        if twin in chosen:
            first = set(mirror[quad[[0, 2]]]) == chosen[twin]
        else:
            first = np.linalg.norm(vertices[quad[0]] - vertices[quad[2]]) <= np.linalg.norm(
                vertices[quad[1]] - vertices[quad[3]])
        split = ((0, 1, 2), (0, 2, 3)) if first else ((0, 1, 3), (1, 2, 3))
        chosen[tuple(sorted(quad))] = set(quad[[0, 2]] if first else quad[[1, 3]])
        for corners in split:
            faces.append(quad[list(corners)])
            uv_faces.append(uv_quad[list(corners)])
    return np.array(faces), np.array(uv_faces)


def mirror_by_position(vertices):
    """The vertex at the mirrored position; exact on this base mesh."""
    distance, mirror = cKDTree(vertices).query(vertices * [-1, 1, 1])
    if distance.max() > 2e-5 or not np.array_equal(mirror[mirror], np.arange(len(vertices))):
        raise ValueError(f'mirror_by_position: the mesh is not mirror-symmetric ({distance.max():.2e} m)')
    return mirror


def cut_head(mesh):
    body = mesh.quads['body']
    neighbours = edge_neighbours(body)
    side = max(neighbours[NECK_LOOP_START], key=lambda vertex: abs(mesh.vertices[vertex, 0]))
    loop = walk_loop(body, NECK_LOOP_START, side)
    top = int(np.unique(body)[np.argmax(mesh.vertices[np.unique(body), 1])])
    skin = component_above(body, loop, top)
    parts = {'skin': skin}
    parts.update({name.replace('helper-', '').replace('-', '_'): np.unique(mesh.quads[name]) for name in HELPERS})
    parts['left_eye'], parts['right_eye'] = (np.unique(mesh.quads[name]) for name in EYE_HELPERS)
    kept = np.concatenate(list(parts.values()))
    index = np.full(len(mesh.vertices), -1)
    index[kept] = np.arange(len(kept))
    mirror = np.concatenate([index[part[mirror_by_position(mesh.vertices[part])]]
                             for name, part in parts.items() if not name.endswith('_eye')])
    left, right = parts['left_eye'], parts['right_eye']
    distance, other = cKDTree(mesh.vertices[right] * [-1, 1, 1]).query(mesh.vertices[left])
    mirror = np.concatenate([mirror, index[right[other]], index[left[np.argsort(other)]]])
    quads, uv_quads = [], []
    for name in ('body', *HELPERS):
        inside = (index[mesh.quads[name]] >= 0).all(1)
        quads.append(index[mesh.quads[name][inside]])
        uv_quads.append(mesh.uv_quads[name][inside])
    faces, uv_faces = triangulate(np.concatenate(quads), np.concatenate(uv_quads), mesh.vertices[kept], mirror)
    groups = {name: index[part] for name, part in parts.items()}
    return Cut(kept, faces, uv_faces, mirror, groups)
