"""Who is in the picture and what they do: identity, expression, joints, head pose and camera, all from one seed."""

from dataclasses import dataclass

import numpy as np
import torch

from .head import Head, rotation_from_axis_angle

"""Facial actions that go together, with the share of pictures each appears in."""
ACTIONS = {
    'smile': ['mouthSmile', 'cheekSquint', 'mouthUpperUp', 'mouthDimple'],
    'frown': ['mouthFrown', 'browDown', 'mouthShrugLower'],
    'surprise': ['browInnerUp', 'browOuterUp', 'eyeWide', 'browRaise'],
    'squint': ['eyeSquint', 'cheekSquint', 'noseSneer'],
    'pucker': ['mouthPucker', 'mouthFunnel'],
    'speech': ['mouthFunnel', 'mouthStretch', 'mouthLowerDown', 'mouthUpperUp', 'mouthRollLower', 'mouthPress'],
    'sneer': ['noseSneer', 'mouthUpperUp', 'browDown'],
    'puff': ['cheekPuff', 'mouthPress'],
}


@dataclass
class Person:
    """One posed head. `vertices` `[V, 3]` metres, camera frame; `rest` `[V, 3]` metres, head frame."""

    rest: torch.Tensor
    vertices: torch.Tensor
    """`[3, 3]`, `[3]`: head frame to camera frame, without the neck's turn."""
    rotation: torch.Tensor
    translation: torch.Tensor


def sample_expression(head: Head, rng: np.random.Generator) -> np.ndarray:
    """`[E]` in [0, 1]: nothing, plausible actions, or anything at all."""
    names, weights = head.expression_names, np.zeros(len(head.expression_names))
    kind = rng.random()
    if kind < 0.55:
        for action in rng.choice(list(ACTIONS), rng.integers(1, 3), replace=False):
            strength, lean = rng.beta(1.2, 1.6), rng.normal(0, 0.12)
            for stem in ACTIONS[action]:
                share = strength * rng.uniform(0.3, 1.1)
                for i, name in enumerate(names):
                    if name.startswith(stem):
                        side = lean if name.endswith('Left') else -lean if name.endswith('Right') else 0
                        weights[i] = max(weights[i], share + side)
    elif kind < 0.85:
        weights += rng.random(len(names)) * (rng.random(len(names)) < 0.12)
    if rng.random() < 0.25:
        blink = rng.random() + rng.normal(0, 0.08, 2)
        for i, name in enumerate(names):
            if name.startswith('eyeBlink'):
                weights[i] = blink[name.endswith('Right').__int__()]
    return np.clip(weights, 0, 1)


def sample_joints(head: Head, rng: np.random.Generator, expression: np.ndarray) -> np.ndarray:
    """`[J, 3]` axis-angle: neck, jaw and gaze; the lids follow the gaze in `expression`, which is changed in place."""
    joints = np.zeros((5, 3))
    joints[1] = rng.normal(0, [0.1, 0.1, 0.07])
    opening = rng.choice([0, rng.uniform(0, 0.12), rng.uniform(0.1, 0.45)], p=[0.45, 0.35, 0.2])
    joints[2] = [opening, rng.normal(0, 0.03) * (rng.random() < 0.4), 0]
    yaw, pitch = np.clip(rng.normal(0, 0.22), -0.6, 0.6), np.clip(rng.normal(0, 0.13), -0.4, 0.4)
    joints[3], joints[4] = [pitch, yaw + rng.normal(0, 0.02), 0], [pitch, yaw + rng.normal(0, 0.02), 0]
    reach = {'Down': pitch / 0.4, 'Up': -pitch / 0.4}
    for i, name in enumerate(head.expression_names):
        if name.startswith(('eyeLookDown', 'eyeLookUp')):
            side = 'Down' if 'Down' in name else 'Up'
            expression[i] = max(expression[i], min(1, max(0, reach[side])))
    return joints


def smooth_deformation(points: torch.Tensor, rng: np.random.Generator, amplitude: float) -> torch.Tensor:
    """`[V, 3]` metres: waves longer than a feature, so that heads leave the model's span."""
    device = points.device
    tensor = lambda values: torch.as_tensor(values, dtype=torch.float32, device=device)
    waves = tensor(rng.normal(0, 1, (6, 3)) * rng.uniform(15, 70, (6, 1)))
    phase, push = tensor(rng.uniform(0, 2 * np.pi, 6)), tensor(rng.normal(0, amplitude, (6, 3)))
    return torch.sin(points @ waves.T + phase) @ push


def sample_pose(rng: np.random.Generator) -> np.ndarray:
    """`[3, 3]` head frame to a level camera's frame (x right, y down, z forward)."""
    wide = rng.random() < 0.45
    yaw = np.radians(rng.uniform(-95, 95) if wide else rng.normal(0, 18))
    pitch = np.radians(np.clip(rng.normal(0, 13), -45, 45))
    roll = np.radians(rng.normal(0, 9))
    turn = lambda axis, angle: rotation_from_axis_angle(torch.tensor(np.eye(3)[axis] * angle)).numpy()
    return turn(2, roll) @ np.diag([1, -1, -1]) @ turn(0, pitch) @ turn(1, yaw)


def sample_person(head: Head, rng: np.random.Generator, identity: int) -> Person:
    """`identity` seeds what stays of a person between pictures; `rng` what changes."""
    tensor = lambda values: torch.as_tensor(values, dtype=torch.float32, device=head.device)
    own = np.random.default_rng([identity, 1])
    shape = own.normal(0, own.choice([0.7, 1.0, 1.3]), len(head.shape_basis))
    rest = head.at_rest(tensor(shape)[None])[0]
    rest = rest * tensor(own.normal(1, [0.035, 0.035, 0.045]))
    rest = rest + smooth_deformation(rest, own, own.choice([0, 0.0006, 0.0012]))
    expression = sample_expression(head, rng)
    joints = sample_joints(head, rng, expression)
    posed = head.posed(rest[None], tensor(expression)[None], tensor(joints)[None])[0]
    rotation = tensor(sample_pose(rng))
    distance = np.exp(rng.uniform(np.log(0.35), np.log(3.5)))
    aside = rng.normal(0, 0.12, 2) * distance
    translation = tensor([aside[0], aside[1], distance])
    return Person(rest, posed @ rotation.T + translation, rotation, translation)
