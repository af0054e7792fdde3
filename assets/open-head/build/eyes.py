"""Eyeballs: spheres of adult size in place of MakeHuman's larger ones, and lids bent onto them.

MakeHuman's eyeball has a radius of 16.8 mm once the pupils stand 63 mm apart. The new ball touches the old one at the
front; the skin around the lids recedes with it, so that the lids still lie on the ball.
"""

import numpy as np

RADIUS = 0.0125
SEGMENTS = 24
# Polar angles of the rings, degrees from the front: pupil edge, iris, iris edge, sclera, equator, back.
RINGS = (8, 18, 28, 33, 42, 54, 66, 78, 90, 110, 140)
EQUATOR = RINGS.index(90)
IRIS_RING = RINGS.index(28)
EQUATOR_RING = 1 + EQUATOR * SEGMENTS + np.arange(SEGMENTS)  # vertices of a ball
LID_CLEARANCE = 0.00025  # metres between the ball and the skin that covers it
FULL, NONE = 0.0135, 0.026  # distance from the optical axis: lids move fully up to FULL and not at all from NONE on


def fit_sphere(points):
    """Least-squares centre `[3]` and radius."""
    solution = np.linalg.lstsq(np.column_stack([2 * points, np.ones(len(points))]), (points ** 2).sum(1),
                               rcond=None)[0]
    return solution[:3], float(np.sqrt(solution[3] + solution[:3] @ solution[:3]))


def unit_eyeball(mirrored):
    """Directions `[V, 3]` of the left eyeball (front pole, then rings) or of its mirror image, and its faces.

    It is open at the back, so that it unrolls to one disc of the atlas.
    """
    angle = np.radians(RINGS)[:, None]
    turn = 2 * np.pi * np.arange(SEGMENTS)[None] / SEGMENTS
    rings = np.stack([np.sin(angle) * np.cos(turn), np.sin(angle) * np.sin(turn), np.cos(angle) + 0 * turn], -1)
    points = np.concatenate([[[0, 0, 1]], rings.reshape(-1, 3)])
    at = lambda ring, segment: 1 + ring * SEGMENTS + segment % SEGMENTS
    last = len(RINGS) - 1
    faces = []
    for segment in range(SEGMENTS):
        faces.append([0, at(0, segment), at(0, segment + 1)])
        for ring in range(last):
            a, b = at(ring, segment), at(ring, segment + 1)
            c, d = at(ring + 1, segment + 1), at(ring + 1, segment)
            faces += [[a, d, c], [a, c, b]]
    faces = np.array(faces)
    return (points * [-1, 1, 1], faces[:, ::-1]) if mirrored else (points, faces)


def smooth_fall(value, full, none):
    """1 up to `full`, 0 from `none` on, smooth between."""
    x = np.clip((none - value) / (none - full), 0, 1)
    return x * x * (3 - 2 * x)


def squeeze(distance, radius):
    """Distance from the optical axis on the new ball: equal near the front, kept inside its outline at the corners."""
    limit, knee = 0.94 * radius, 0.6 * radius
    excess = np.maximum(distance - knee, 0)
    room = limit - knee
    return np.where(distance > knee, knee + room * np.tanh(excess / room), distance)


def bend_lids(points, centre, radius):
    """Moves skin `[N, 3]` from the old ball (centre, radius) onto the new one; returns it and the new centre."""
    new_centre = centre + [0, 0, radius - RADIUS]
    local = points - centre
    distance = np.hypot(local[:, 0], local[:, 1])
    on_ball = np.minimum(distance, 0.78 * radius)
    squeezed = squeeze(on_ball, RADIUS)
    old_depth = np.sqrt(radius ** 2 - on_ball ** 2) - radius
    new_depth = np.sqrt(RADIUS ** 2 - squeezed ** 2) - RADIUS
    height = np.linalg.norm(local, axis=1) - radius
    share = smooth_fall(distance, FULL, NONE) * smooth_fall(np.abs(height), 0.004, 0.014) * (local[:, 2] > 0)
    share = share * np.clip(local[:, 2] / 0.004, 0, 1)
    scale = 1 + share * (squeezed / np.maximum(on_ball, 1e-9) - 1)
    moved = local * np.column_stack([scale, scale, np.ones(len(scale))])
    moved[:, 2] += share * (new_depth - old_depth)
    return keep_outside(moved + centre, new_centre, share > 0), new_centre


def keep_outside(points, centre, chosen):
    """Pushes the chosen skin out of the ball; skin behind the ball's centre stays."""
    local = points - centre
    length = np.linalg.norm(local, axis=1)
    inside = chosen & (length < RADIUS + LID_CLEARANCE) & (local[:, 2] > 0)
    points = points.copy()
    points[inside] = centre + local[inside] * ((RADIUS + LID_CLEARANCE) / length[inside])[:, None]
    return points
