"""The 68 iBUG landmarks on the mean head, placed by the mesh's own anatomy."""

import numpy as np

# Points of the subject's left half that no edge of the mesh marks, read off the mean head in the front view (x, y) and
# the side view (y, z): millimetres from the point between the eyeballs' centres; the third coordinate is the surface's.
BROW = [(12, 12), (21, 16.5), (31, 18.5), (41, 17), (49.5, 11.5)]  # inner to outer
NOSE_BRIDGE = [(0, -2), (0, -14.5), (0, -27)]  # 27, 28, 29; 30 is the tip
NOSE_BASE = [(13, -46), (6.5, -49), (0, -51)]  # 35, 34, 33
UPPER_LIP = [(0, -64.6), (6, -63.2), (15.5, -67.8)]  # 51, 52, 53: the upper border of the red
LOWER_LIP = [(15, -84.5), (7.5, -88), (0, -88.6)]  # 55, 56, 57
JAW = [(0, -63), (-20, -64), (-40, -62), (-60, -59), (-78, -52), (-92, -37), (-102, -20), (-110, -5)]  # 16 ... 9 (y, z)
CHIN = (-116, 7)  # 8 (y, z)
INNER_LIP = 0.40  # 63 - 61 and 67 - 65: half their distance as a share of the slit's half width


def barycentric(point, corners):
    """Barycentric coordinates `[T, 3]` of the nearest point of each triangle `[T, 3, 3]`, and the distance."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    ab, ac, ap = b - a, c - a, point - a
    d00, d01, d11 = (ab * ab).sum(1), (ab * ac).sum(1), (ac * ac).sum(1)
    d20, d21 = (ap * ab).sum(1), (ap * ac).sum(1)
    determinant = np.maximum(d00 * d11 - d01 * d01, 1e-18)
    v, w = (d11 * d20 - d01 * d21) / determinant, (d00 * d21 - d01 * d20) / determinant
    inside = np.stack([1 - v - w, v, w], 1)
    candidates = [np.where((inside >= 0).all(1, keepdims=True), inside, np.nan)]
    for first, second, start, edge in ((0, 1, a, ab), (0, 2, a, ac), (1, 2, b, c - b)):
        t = np.clip(((point - start) * edge).sum(1) / np.maximum((edge * edge).sum(1), 1e-18), 0, 1)
        weights = np.zeros_like(inside)
        weights[:, first], weights[:, second] = 1 - t, t
        candidates.append(weights)
    distances = [np.linalg.norm(np.einsum('tk,tkc->tc', weights, corners) - point, axis=1) for weights in candidates]
    distances[0] = np.where(np.isnan(distances[0]), np.inf, distances[0])
    best = np.argmin(distances, 0)
    rows = np.arange(len(corners))
    return np.nan_to_num(np.array(candidates)[best, rows]), np.array(distances)[best, rows]


class Surface:
    """The outer skin, for casting points onto it."""

    def __init__(self, vertices, faces, usable):
        self.vertices, self.faces, self.usable = vertices, faces, np.flatnonzero(usable)

    def nearest(self, point):
        """(face, barycentric `[3]`) of the nearest surface point."""
        weights, distance = barycentric(np.asarray(point), self.vertices[self.faces[self.usable]])
        best = int(np.argmin(distance))
        return int(self.usable[best]), weights[best]

    def ray(self, origin, direction):
        """(face, barycentric) of the first hit, or None."""
        corners = self.vertices[self.faces[self.usable]]
        one, two = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        cross = np.cross(direction, two)
        determinant = (one * cross).sum(1)
        safe = np.where(np.abs(determinant) > 1e-15, determinant, np.nan)
        offset = origin - corners[:, 0]
        u = (offset * cross).sum(1) / safe
        other = np.cross(offset, one)
        v = (other @ direction) / safe
        t = (two * other).sum(1) / safe
        hit = (u >= -1e-9) & (v >= -1e-9) & (u + v <= 1 + 1e-9) & (t > 0)
        if not hit.any():
            return None
        best = int(np.flatnonzero(hit)[np.argmin(t[hit])])
        return int(self.usable[best]), np.array([1 - u[best] - v[best], u[best], v[best]])

    def front(self, x, y):
        hit = self.ray(np.array([x, y, 1.0]), np.array([0.0, 0.0, -1.0]))
        if hit is None:
            raise ValueError(f'Surface.front: nothing at ({x:.4f}, {y:.4f})')
        return self.point(hit)

    def point(self, hit):
        return hit[1] @ self.vertices[self.faces[hit[0]]]


def along(points, shares):
    """Points at the given shares of a polyline's length."""
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
    return np.stack([np.interp(np.array(shares) * length[-1], length, points[:, axis]) for axis in range(3)], 1)


def eye_points(slit, outer_first):
    """Outer (or inner) corner, two points of the upper lid, the other corner, two points of the lower lid."""
    upper, lower = slit
    if outer_first:
        upper, lower = upper[::-1], lower[::-1]
    up, down = along(upper, [1 / 3, 2 / 3]), along(lower, [2 / 3, 1 / 3])
    return np.concatenate([upper[:1], up, upper[-1:], down])


def visible_edge(surface, point, away):
    """The outer surface just beside a rim point: rims lie a few millimetres inside the lids and lips.

    Steps from the point in the front view in the direction `away` until a ray from the front meets skin that is not
    behind the rim.
    """
    away = np.array([*away, 0.0])[:2] / np.hypot(*away)
    for offset in np.arange(0.0003, 0.006, 0.0003):
        x, y = point[:2] + offset * away
        hit = surface.ray(np.array([x, y, 1.0]), np.array([0.0, 0.0, -1.0]))
        if hit is not None and surface.point(hit)[2] > point[2] - 0.0005:
            return surface.point(hit)
    raise ValueError(f'visible_edge: no skin beside {point}')


def place(surface, lips, left_lids, between):
    """`[68, 3]` points on the mean head, exactly mirror-symmetric; `between` lies midway between the eyeballs."""
    vertices, millimetre = surface.vertices, 1e-3
    front = lambda rows: np.array([surface.front(x * millimetre, between[1] + y * millimetre) for x, y in rows])
    beside = lambda y, z: surface.point(surface.ray(
        np.array([1.0, between[1] + y * millimetre, between[2] + z * millimetre]), np.array([-1.0, 0, 0])))
    flip = np.array([-1, 1, 1])
    jaw = np.array([beside(y, z) for y, z in JAW])
    chin = surface.point(surface.nearest([0, between[1] + CHIN[0] * millimetre, between[2] + CHIN[1] * millimetre]))
    brow, bridge, base = front(BROW), front(NOSE_BRIDGE), front(NOSE_BASE)
    profile = vertices[(np.abs(vertices[:, 0]) < 1e-6) & (vertices[:, 1] > vertices[lips.upper, 1].max() + 0.01)]
    tip = profile[np.argmax(profile[:, 2])]
    # The left lid's rim runs towards the subject's left: from the inner corner to the outer.
    eye = eye_points((vertices[left_lids.upper], vertices[left_lids.lower]), False)
    middle = eye.mean(0)
    eye = np.array([visible_edge(surface, point, (point - middle)[:2]) for point in eye])
    upper, lower = front(UPPER_LIP), front(LOWER_LIP)
    half_width = vertices[lips.upper[-1], 0]
    corner = visible_edge(surface, vertices[lips.upper[-1]], (1.0, 0.0))
    inner = lambda rim, x: np.array([x, *(np.interp(x, vertices[rim, 0], vertices[rim, axis]) for axis in (1, 2))])
    above = lambda x: visible_edge(surface, inner(lips.upper, x), (0.0, 1.0))
    below = lambda x: visible_edge(surface, inner(lips.lower, x), (0.0, -1.0))
    inner_up, inner_down = above(INNER_LIP * half_width), below(INNER_LIP * half_width)
    middle_up, middle_down = above(0.0), below(0.0)
    right_eye = (eye * flip)[[3, 2, 1, 0, 5, 4]]
    outer_corner = surface.front(corner[0] + 0.0012, corner[1])
    return np.concatenate([
        (jaw * flip), [chin], jaw[::-1],
        (brow * flip)[::-1], brow,
        bridge, [tip], (base * flip)[:2], base[::-1],
        right_eye, eye,
        [outer_corner * flip, *(upper * flip)[:0:-1], *upper, outer_corner, *lower, *(lower * flip)[1::-1]],
        [corner * flip, inner_up * flip, middle_up, inner_up, corner, inner_down, middle_down, inner_down * flip]])


def embed(surface, points):
    """(`[68]` faces, `[68, 3]` barycentric coordinates) of the nearest surface points."""
    hits = [surface.nearest(point) for point in points]
    return np.array([hit[0] for hit in hits], np.int32), np.array([hit[1] for hit in hits], np.float32)
