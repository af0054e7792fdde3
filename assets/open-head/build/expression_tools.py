"""Masks and smooth displacement fields on the mean head, from which expressions are put together."""

import numpy as np
from scipy.sparse.csgraph import dijkstra

import eyes
import head as heads
from slit import Slit, vertex_graph


def step(value, width):
    """0 to 1 over `width`, 0.5 at 0, smooth."""
    x = np.clip(value / width + 0.5, 0, 1)
    return (x * x * (3 - 2 * x))[..., None]


class ExpressionTools:
    """Everything an expression formula may use; positions in metres, head frame."""

    def __init__(self, head, islands, person, vertices, targets, lips):
        self.head, self.person, self.vertices, self.targets, self.lips = head, person, vertices, targets, lips
        count = head.vertex_count
        self.skin = np.zeros((count, 1))
        self.skin[head.groups['skin']] = 1
        self.x, self.y, self.z = vertices.T
        self.left, self.right = step(self.x, 0.016), step(-self.x, 0.016)
        self.graph = graph = vertex_graph(vertices, head.faces)
        # Teeth, tongue and eyeballs are not connected with the lips: a metre away.
        upper, lower = (np.minimum(dijkstra(graph, indices=edge[1:-1]).min(0), 1) for edge in (lips.upper, lips.lower))
        self.lip_distance = np.minimum(upper, lower)
        # Below the slit, by way of the surface near it and by height farther away.
        self.lower = step(np.where(self.lip_distance < 0.03, np.clip(upper - lower, -0.02, 0.02), 0)
                          + np.where(self.lip_distance < 0.03, 0, self.lip_height - self.y), 0.012)
        self.upper = 1 - self.lower
        skin_faces = np.isin(head.faces[:, 0], head.groups['skin'])
        self.lids = {side: Slit(vertices, head.faces[skin_faces], islands[f'{side}_socket'][skin_faces])
                     for side in ('left', 'right')}
        self.neutral = heads.to_head(head, person)

    @property
    def lip_height(self):
        return self.vertices[self.lips.upper, 1].mean()

    @property
    def between(self):
        return (self.eye('left') + self.eye('right')) / 2

    def eye(self, side):
        return self.vertices[self.head.groups[f'{side}_eye'][eyes.EQUATOR_RING]].mean(0)

    def side(self, name):
        return self.left if name == 'left' else self.right

    def unit(self, name):
        """MakeHuman's expression unit, carried to the head: the lids follow the smaller eyeballs."""
        displaced = self.person.copy()
        body = self.head.groups['left_eye'][0]
        displaced[:body] += self.targets(f'expression/units/caucasian/{name}')[:body]
        return (heads.to_head(self.head, displaced) - self.neutral) * self.skin

    def bump(self, at, spread, displacement, mask=1.0):
        """A Gaussian seen from the front, moving skin by `displacement`; all in millimetres.

        `at` (x, y) counts from the point between the eyeballs, `spread` are the standard deviations across and up. It
        reaches 25 mm in depth, so that the back of the head stays.
        """
        centre = self.between[:2] + np.array(at) / 1e3
        across = ((self.vertices[:, :2] - centre) / (np.array(spread) / 1e3)) ** 2
        near = (across.sum(1) < 1) & (self.skin[:, 0] > 0)
        depth = self.z[near].max()
        weight = np.exp(-across.sum(1) / 2 - ((self.z - depth) / 0.025) ** 2 / 2)
        return weight[:, None] * np.asarray(displacement) / 1e3 * mask * self.skin

    def lid_distance(self, side):
        """(from the upper rim, from the lower rim) along the skin, metres, at most 0.1."""
        lid = self.lids[side]
        return [np.minimum(dijkstra(self.graph, indices=rim[1:-1]).min(0), 0.1) for rim in (lid.upper, lid.lower)]

    def beside_lids(self, side):
        """1 away from the eyelids, 0 on their rims: brows and cheeks leave the lids where they are."""
        return step(np.minimum(*self.lid_distance(side)) - 0.007, 0.010)

    def near_lips(self, reach):
        """1 at the slit, falling with the distance along the surface."""
        return np.exp(-(self.lip_distance / reach) ** 2)[:, None] * self.skin

    def turned(self, displacement, centre, angle, mask=1.0):
        """`displacement` plus a turn by `angle` about the x axis through `centre`, weighted by `mask`."""
        local = self.vertices - centre
        cos, sin = np.cos(angle), np.sin(angle)
        rotated = np.column_stack([local[:, 0], cos * local[:, 1] - sin * local[:, 2],
                                   sin * local[:, 1] + cos * local[:, 2]])
        return mask * (rotated - local + displacement)
