"""Aligns the sampled heads, rejects faulty ones, and finds symmetric and antisymmetric principal components."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh

import eyes
import rasterise

SYMMETRIC, ANTISYMMETRIC = 80, 20
# FLAME's mean eyeball centres lie about here in its own frame, so both models share a frame to within millimetres.
EYES_AT = np.array([0.0, 0.023, 0.025])


@dataclass
class IdentityBasis:
    mean: np.ndarray  # [V, 3], metres, exactly mirror-symmetric
    basis: np.ndarray  # [S, V, 3], displacement of one standard deviation; symmetric components first
    explained: np.ndarray  # [2]: variance explained by the symmetric and by the antisymmetric components
    held_out: np.ndarray  # mean vertex error on held-out heads, metres


def align(heads, chosen, rounds=3):
    """Removes translation and pitch of `heads` `[N, V, 3]` against their mean, measured on `chosen`; keeps the scale."""
    heads = heads - heads[:, chosen].mean(1, keepdims=True)
    for _ in range(rounds):
        target = heads[:, chosen].mean(0)
        y, z = heads[:, chosen, 1], heads[:, chosen, 2]
        angle = np.arctan2((y * target[:, 2] - z * target[:, 1]).sum(1), (y * target[:, 1] + z * target[:, 2]).sum(1))
        cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
        y, z = heads[..., 1].copy(), heads[..., 2].copy()
        heads[..., 1], heads[..., 2] = cos * y - sin * z, sin * y + cos * z
        heads -= heads[:, chosen].mean(1, keepdims=True)
    return heads


def shows_mouth(vertices, faces, hidden, centre, size=72):
    """Whether mouth interior or teeth can be seen of a head with its mouth closed, from the front and both sides.

    Counts pixels (about 1 mm) whose nearest front-facing triangle belongs inside. `faces` are those near the mouth.
    """
    for yaw in (-35, 0, 35):
        camera = rasterise.look_at(centre, yaw=yaw, distance=0.9, focal=900.0, size=(size, size))
        triangles, _ = rasterise.rasterise(vertices, faces, camera)
        if hidden[triangles[triangles >= 0]].any():
            return True
    return False


def mirrored(displacement, mirror):
    return displacement[..., mirror, :] * [-1, 1, 1]


def principal_components(residuals, chosen, count):
    """Components `[count, V, 3]` scaled to one standard deviation, orthogonal over the `chosen` vertices."""
    flat = residuals.reshape(len(residuals), -1)
    visible = residuals[:, chosen].reshape(len(residuals), -1)
    gram = (visible @ visible.T / len(visible)).astype(float)
    values, vectors = eigh(gram, subset_by_index=[len(gram) - count, len(gram) - 1])
    values, vectors = values[::-1], vectors[:, ::-1]
    coefficients = vectors * np.sqrt(len(visible))
    components = coefficients.T @ flat / len(visible)
    # Hidden vertices follow by regression; the sign is fixed so that a rebuild gives the same components.
    components *= np.sign(components[np.arange(count), np.abs(components).argmax(1)])[:, None]
    return components.reshape(count, *residuals.shape[1:]), values.sum() / np.trace(gram)


def look_ahead(heads, balls):
    """Turns the eyeballs `balls` (vertex indices of each) about their centres: at rest every eye looks along +z."""
    for name, ball in balls.items():
        directions, _ = eyes.unit_eyeball(name == 'right_eye')
        heads[:, ball] = heads[:, ball[eyes.EQUATOR_RING]].mean(1, keepdims=True) + eyes.RADIUS * directions


def identity_basis(heads, mirror, exterior, aligned_on, balls, held_out=50):
    heads = align(heads, aligned_on)
    look_ahead(heads, balls)
    train, test = heads[held_out:], heads[:held_out]
    mean = train.mean(0)
    mean = (mean + mirrored(mean, mirror)) / 2
    residuals = train - mean
    flipped = mirrored(residuals, mirror)
    symmetric, explained = principal_components((residuals + flipped) / 2, exterior, SYMMETRIC)
    antisymmetric, explained_anti = principal_components((residuals - flipped) / 2, exterior, ANTISYMMETRIC)
    basis = np.concatenate([symmetric, antisymmetric])
    columns = basis[:, exterior].reshape(len(basis), -1).T
    target = (test - mean)[:, exterior].reshape(len(test), -1).T
    left = (target - columns @ np.linalg.lstsq(columns, target, rcond=None)[0]).T.reshape(len(test), -1, 3)
    return IdentityBasis(mean, basis, np.array([explained, explained_anti]), np.linalg.norm(left, axis=2).mean(1))
