"""The ten iris points among the 478 landmarks: on the eyeballs, where the irises are painted."""

import numpy as np

import eyes
from joints import NAMES

FIRST = {'right_eye': 468, 'left_eye': 473}
SPREAD = 0.0003  # metres: an iris is a circle about the ball's front in every person


def iris_vertices(arrays, eye):
    """`[5]` the ball's front, then the iris' rim toward the subject's left, up, right and down."""
    ball = np.flatnonzero(arrays['skinning_weights'][:, NAMES.index(eye)] > 0.5)
    quarter = eyes.SEGMENTS // 4
    ring = 1 + eyes.IRIS_RING * eyes.SEGMENTS + quarter * np.arange(4)
    left, up, right, down = ring if eye == 'left_eye' else ring[[2, 1, 0, 3]]
    return ball[[0, left, up, right, down]]


def place_irises(arrays):
    """Puts the iris points of the embedding in `arrays` on the vertices they are, in place."""
    for eye, first in FIRST.items():
        for landmark, vertex in enumerate(iris_vertices(arrays, eye), first):
            triangle, corner = np.argwhere(arrays['faces'] == vertex)[0]
            arrays['landmarks478_faces'][landmark] = triangle
            arrays['landmarks478_barycentric'][landmark] = np.eye(3)[corner]
            arrays['landmarks478_spread'][landmark] = SPREAD
