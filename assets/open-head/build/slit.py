"""Slits between two rims (lips, eyelids): finding the rims, measuring the gap and closing it."""

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

SHRINK = 0.12  # share by which the mouth's walls move towards its middle; MakeHuman's come through the cheeks
OVERLAP = 0.0002  # metres by which the closed lips overlap, so that no light falls through
REACH = 0.010  # metres along the surface over which the skin follows the rim


def vertex_graph(vertices, faces):
    edges = np.unique(np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1), axis=0)
    length = np.linalg.norm(vertices[edges[:, 0]] - vertices[edges[:, 1]], axis=1)
    count = len(vertices)
    return coo_matrix((np.r_[length, length], (np.r_[edges[:, 0], edges[:, 1]], np.r_[edges[:, 1], edges[:, 0]])),
                      shape=(count, count)).tocsr()


def boundary_loop(faces, inside):
    """Ordered vertices of the one closed loop between the triangles `inside` and the others."""
    directed = {}
    for face in faces[inside]:
        for a, b in zip(face, np.roll(face, -1)):
            directed[(a, b)] = True
    other = {(a, b) for face in faces[~inside] for a, b in zip(face, np.roll(face, -1))}
    following = {a: b for a, b in directed if (b, a) not in directed and (b, a) in other}
    loop = [next(iter(following))]
    while following[loop[-1]] != loop[0]:
        loop.append(following[loop[-1]])
    if len(loop) != len(following):
        raise ValueError('boundary_loop: more than one loop')
    return np.array(loop)


class Slit:
    """Upper and lower rim of a slit, from the subject's right corner to the left, corners in both."""

    def __init__(self, vertices, faces, interior_faces):
        loop = boundary_loop(faces, interior_faces)
        x = vertices[loop, 0]
        loop = np.roll(loop, -int(np.argmin(x)))
        corner = int(np.argmax(vertices[loop, 0]))
        one, two = loop[:corner + 1], np.r_[loop[0], loop[corner:][::-1]]
        self.upper, self.lower = ((one, two) if vertices[one, 1].mean() > vertices[two, 1].mean() else (two, one))
        graph = vertex_graph(vertices, faces)
        reach = [dijkstra(graph, indices=edge, limit=REACH) for edge in (self.upper, self.lower)]
        nearest = [distance.min(0) for distance in reach]
        self.interior = np.unique(faces[interior_faces])
        self.depth = np.clip(np.minimum(*nearest)[self.interior] / REACH, 0, 1)
        self.weights = []
        for side, distance in enumerate(reach):
            kernel = np.exp(-(np.minimum(distance, 1.0) / 0.003) ** 2)
            share = np.clip(1 - nearest[side] / REACH, 0, 1) ** 2
            share = np.where(np.isfinite(nearest[side]) & (nearest[side] <= nearest[1 - side]), share, 0)
            self.weights.append(kernel / np.maximum(kernel.sum(0), 1e-12) * share)

    def gap(self, vertices):
        """`[upper edge]` height of the slit above the lower edge, metres."""
        lower = vertices[self.lower]
        return vertices[self.upper, 1] - np.interp(vertices[self.upper, 0], lower[:, 0], lower[:, 1])

    def close(self, vertices):
        """Moves both rims vertically until they touch."""
        upper, lower = vertices[self.upper], vertices[self.lower]
        gap = self.gap(vertices) + OVERLAP
        gap[[0, -1]] = 0
        lower_gap = np.interp(lower[:, 0], upper[:, 0], gap)
        lower_gap[[0, -1]] = 0
        vertices = vertices.copy()
        vertices[:, 1] += self.weights[1].T @ (lower_gap / 2) - self.weights[0].T @ (gap / 2)
        return vertices

    def shrink_interior(self, vertices):
        """Moves the mouth's walls, not its rim, towards the middle of the mouth."""
        vertices = vertices.copy()
        inside = vertices[self.interior]
        vertices[self.interior] -= (SHRINK * self.depth ** 2)[:, None] * (inside - inside.mean(0))
        return vertices
