"""Poses a container's head: shape, expression, joints (linear blend skinning)."""

import numpy as np
from scipy.spatial.transform import Rotation


def pose(arrays, shape=None, expression=None, joint_pose=None):
    """`[V, 3]`, metres; `joint_pose` `[J, 3]` axis-angle."""
    vertices = arrays['template'].astype(float)
    if shape is not None:
        vertices = vertices + np.tensordot(shape, arrays['shape_basis'], 1)
    joints = arrays['joint_regressor'] @ vertices
    if expression is not None:
        vertices = vertices + np.tensordot(expression, arrays['expression_basis'], 1)
    if joint_pose is None:
        return vertices
    rotations = Rotation.from_rotvec(joint_pose).as_matrix()
    global_rotation, global_shift = [], []
    for joint, parent in enumerate(arrays['parents']):
        if parent < 0:
            rotation, shift = rotations[joint], joints[joint] - rotations[joint] @ joints[joint]
        else:
            local = joints[joint] - rotations[joint] @ joints[joint]
            rotation = global_rotation[parent] @ rotations[joint]
            shift = global_rotation[parent] @ local + global_shift[parent]
        global_rotation.append(rotation)
        global_shift.append(shift)
    weights = arrays['skinning_weights']
    blended = np.einsum('vj,jab->vab', weights, np.array(global_rotation))
    return np.einsum('vab,vb->va', blended, vertices) + weights @ np.array(global_shift)
