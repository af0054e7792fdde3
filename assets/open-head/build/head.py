"""The head's parts and the steps from a MakeHuman person to a head: scale, eyeballs, teeth."""

from dataclasses import dataclass

import numpy as np

import eyes

# MakeHuman's mean inter-pupillary distance is 57.7 mm, people's 63: one scale for all makes results metric.
SCALE = 63.0 / 57.8
TONGUE_HEIGHT, TONGUE_BACK = 0.7, 0.004  # share of MakeHuman's; metres
TEETH_BACK = 0.002  # metres; MakeHuman's teeth touch the lips


@dataclass
class Head:
    """Topology of the cut head with its own eyeballs; indices are into the head's V vertices."""

    faces: np.ndarray  # [T, 3]
    uv_faces: np.ndarray  # [T, 3] into MakeHuman's uv; -1 on the eyeballs
    mirror: np.ndarray  # [V]
    groups: dict  # 'skin', 'upper_teeth', 'lower_teeth', 'tongue', 'left_eye', 'right_eye' -> vertex indices
    kept: np.ndarray  # [V] indices into the base mesh; -1 on the eyeballs
    helper_eyes: tuple  # positions in the cut of MakeHuman's left and right eye vertices

    @property
    def vertex_count(self):
        return len(self.kept)

    @property
    def balls(self):
        """Vertex indices of each eyeball by name."""
        return {name: self.groups[name] for name in ('left_eye', 'right_eye')}


def head_topology(cut):
    body = sum(len(cut.groups[name]) for name in ('skin', 'upper_teeth', 'lower_teeth', 'tongue'))
    points, left_faces = eyes.unit_eyeball(False)
    _, right_faces = eyes.unit_eyeball(True)
    count = len(points)
    left, right = body + np.arange(count), body + count + np.arange(count)
    groups = {name: cut.groups[name] for name in ('skin', 'upper_teeth', 'lower_teeth', 'tongue')}
    groups.update(left_eye=left, right_eye=right)
    faces = np.concatenate([cut.faces, left_faces + body, right_faces + body + count])
    uv_faces = np.concatenate([cut.uv_faces, np.full((2 * len(left_faces), 3), -1)])
    mirror = np.concatenate([cut.mirror[:body], right, left])
    kept = np.concatenate([cut.kept[:body], np.full(2 * count, -1)])
    return Head(faces, uv_faces, mirror, groups, kept, (cut.groups['left_eye'], cut.groups['right_eye']))


def to_head(head, person):
    """`[V, 3]` head of a MakeHuman person `[cut vertices, 3]`: adult size, own eyeballs, teeth behind the lips."""
    person = person * SCALE
    vertices = np.empty((head.vertex_count, 3))
    vertices[:head.groups['left_eye'][0]] = person[:head.groups['left_eye'][0]]
    for name in ('upper_teeth', 'lower_teeth', 'tongue'):
        vertices[head.groups[name], 2] -= TEETH_BACK
    # A resting tongue lies on the floor of the mouth, behind the lower teeth; MakeHuman's fills the mouth.
    tongue = vertices[head.groups['tongue']]
    floor = tongue[:, 1].min()
    vertices[head.groups['tongue']] = np.column_stack([
        tongue[:, 0], floor + TONGUE_HEIGHT * (tongue[:, 1] - floor), tongue[:, 2] - TONGUE_BACK])
    for side, (helper, mirrored) in enumerate(zip(head.helper_eyes, (False, True))):
        centre, radius = eyes.fit_sphere(person[helper])
        skin = head.groups['skin']
        vertices[skin], centre = eyes.bend_lids(vertices[skin], centre, radius)
        directions, _ = eyes.unit_eyeball(mirrored)
        vertices[head.groups[('left_eye', 'right_eye')[side]]] = centre + eyes.RADIUS * directions
    return vertices
