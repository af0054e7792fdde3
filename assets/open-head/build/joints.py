"""Five joints in FLAME's order: where they are, what follows them, and how far they turn."""

import numpy as np
from scipy.optimize import nnls

import eyes
import sources
from head import SCALE

NAMES = ['root', 'neck', 'jaw', 'left_eye', 'right_eye']
PARENTS = [-1, 0, 1, 1, 1]
DEGREE = np.pi / 180
NECK_BONE = [226, 17824]  # MakeHuman's third neck bone starts midway between these vertices of the base mesh
# Axis-angle limits and standard deviations per axis: x pitch (jaw: positive opens), y yaw, z roll.
LOWER = np.array([[-180, -180, -180], [-40, -60, -35], [-3, -8, -4], [-30, -45, -8], [-30, -45, -8]]) * DEGREE
UPPER = np.array([[180, 180, 180], [40, 60, 35], [30, 8, 4], [30, 45, 8], [30, 45, 8]]) * DEGREE
SIGMA = np.array([[180, 180, 180], [12, 20, 10], [7, 2, 1], [8, 12, 2], [8, 12, 2]]) * DEGREE


def descends(bone, ancestor, parents):
    while bone:
        if bone == ancestor:
            return True
        bone = parents[bone]
    return False


def skinning_weights(mpfb2, head, base_count):
    """`[V, 5]`: MakeHuman's bones collapsed by ancestry; its three neck bones share the neck's rotation."""
    weights, parents = sources.read_skin_weights(mpfb2, base_count), sources.read_bone_parents(mpfb2)
    body = head.kept >= 0
    below = lambda bone: sum(weights[name] for name in weights if descends(name, bone, parents))[head.kept[body]]
    result = np.zeros((head.vertex_count, 5))
    jaw, neck = below('jaw'), (below('neck01') + below('neck02') + below('neck03')) / 3
    neck[np.isin(np.flatnonzero(body), head.groups['upper_teeth'])] = 1
    for name in ('lower_teeth', 'tongue'):
        neck[head.groups[name]], jaw[head.groups[name]] = 1, 1
    result[body, 2] = np.minimum(jaw, neck)
    result[body, 1] = neck - result[body, 2]
    result[body, 0] = 1 - neck
    result[head.groups['left_eye'], 3] = 1
    result[head.groups['right_eye'], 4] = 1
    mirror_columns = [0, 1, 2, 4, 3]
    result = np.clip(result + result[head.mirror][:, mirror_columns], 0, None)
    return result / result.sum(1, keepdims=True)


def fit_hinge(vertices, opened):
    """Centre `[2]` (y, z) and angle of the rotation about x that best carries `vertices` to `opened`."""
    before, after = vertices[:, 1:], opened[:, 1:]
    covariance = (before - before.mean(0)).T @ (after - after.mean(0))
    angle = np.arctan2(covariance[0, 1] - covariance[1, 0], np.trace(covariance))
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shift = after.mean(0) - rotation @ before.mean(0)
    return np.linalg.solve(np.eye(2) - rotation, shift), angle


def regress(target, vertices, candidates, mirror):
    """`[V]` non-negative weights, summing to 1, whose weighted mean of `candidates` is `target`; mirror-symmetric."""
    strong, spread = 1e3, 1e-3
    points = vertices[candidates] - target
    system = np.vstack([strong * np.ones(len(candidates)), strong * 10 * points.T, spread * np.eye(len(candidates))])
    solution, _ = nnls(system, np.r_[strong, np.zeros(3 + len(candidates))], maxiter=20 * len(candidates))
    row = np.zeros(len(vertices))
    row[candidates] = solution
    row = (row + row[mirror]) / 2
    return row / row.sum()


def joint_regressor(head, mesh, base_head, exterior, jaw):
    """`[5, V]`; neck and root are MakeHuman's joints on its base mesh, the jaw is the fitted hinge there.

    The eyes are their balls' centres. `base_head` is the base mesh made into a head, `jaw` a point on it.
    """
    root = mesh.vertices[np.unique(mesh.quads['joint-neck'])].mean(0) * SCALE
    neck = mesh.vertices[NECK_BONE].mean(0) * SCALE
    rows = []
    for target, reach in ((root, 0.05), (neck, 0.05), (jaw, 0.07)):
        near = exterior & (np.abs(base_head[:, 1] - target[1]) < reach)
        rows.append(regress(target, base_head, np.flatnonzero(near), head.mirror))
    return np.concatenate([rows, eye_centre_rows(head)])


def eye_centre_rows(head):
    """`[2, V]`: the mean of each ball's equator."""
    rows = np.zeros((2, head.vertex_count))
    for row, name in zip(rows, ('left_eye', 'right_eye')):
        row[head.groups[name][eyes.EQUATOR_RING]] = 1 / eyes.SEGMENTS
    return rows
