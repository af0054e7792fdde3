"""Measures how much of MakeHuman's 52 community face units the expressions and the jaw joint reproduce.

`python measure_face_units.py --cache DIR --reference FOLDER` prints a Markdown table. The face units are only measured
against; nothing is built from them. Share = 1 - |displacement left over|^2 / |displacement|^2 over the exterior skin.
"""

import argparse
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares, lsq_linear
from scipy.spatial.transform import Rotation

import container
import sampling
import sources
from cut import cut_head
from head import head_topology, to_head
from posing import pose

ASSET = Path(__file__).resolve().parent.parent


def read_target(path, count):
    displacement = np.zeros((count, 3))
    for line in path.read_text().splitlines():
        words = line.split()
        if len(words) == 4 and not words[0].startswith('#'):
            displacement[int(words[0])] = [float(word) for word in words[1:]]
    return displacement * sources.DECIMETRE


def reference_displacements(cache, folder):
    """{name: `[V, 3]`} on the mean head, carried there as the expressions are."""
    mpfb2, _ = sources.fetch(cache)
    mesh = sources.read_base_mesh(mpfb2)
    cut = cut_head(mesh)
    head = head_topology(cut)
    targets = sources.Targets(mpfb2, cut.kept, len(mesh.vertices))
    person = sampling.mean_person(targets, mesh.vertices[cut.kept])
    neutral, body, result = to_head(head, person), head.groups['left_eye'][0], {}
    for path in sorted(folder.glob('*.target')):
        moved = person.copy()
        moved[:body] += read_target(path, len(mesh.vertices))[cut.kept[:body]]
        result[path.stem] = to_head(head, moved) - neutral
    return result


def shares(arrays, wanted):
    """(share with free coefficients, share with coefficients in [0, 1]) for one displacement `[V, 3]`."""
    chosen = arrays['region:skin'].astype(bool)
    neutral = pose(arrays)
    basis = arrays['expression_basis'][:, chosen]
    target = wanted[chosen].ravel()
    weights = arrays['skinning_weights'][chosen, 2]

    def parts(jaw):
        joints = np.zeros((5, 3))
        joints[2] = jaw
        moved = pose(arrays, joint_pose=joints)[chosen] - neutral[chosen]
        # The jaw turns the shapes of what it carries.
        turn = Rotation.from_rotvec(jaw).as_matrix()
        turned = basis @ turn.T
        shapes = basis + weights[None, :, None] * (turned - basis)
        return target - moved.ravel(), shapes.reshape(len(basis), -1).T

    def residual(jaw, bounded=False):
        left, columns = parts(jaw)
        if bounded:
            return left - columns @ lsq_linear(columns, left, (0, 1)).x
        return left - columns @ np.linalg.lstsq(columns, left, rcond=None)[0]

    total = target @ target
    free = least_squares(residual, np.zeros(3), x_scale=0.1, max_nfev=4, diff_step=1e-3).x
    bounded = residual(np.clip(free, arrays['joint_lower'][2], arrays['joint_upper'][2]), True)
    still = residual(np.zeros(3), True)
    best = min(bounded @ bounded, still @ still)
    return 1 - (residual(free) @ residual(free)) / total, 1 - best / total


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--cache', type=Path, required=True)
    parser.add_argument('--reference', type=Path, required=True)
    options = parser.parse_args()
    _, arrays = container.read(ASSET / 'open-head.npz')
    rows = {}
    for name, wanted in reference_displacements(options.cache, options.reference).items():
        if np.abs(wanted[arrays['region:skin'].astype(bool)]).max() > 0:
            rows[name] = shares(arrays, wanted)
    print('| face unit | share, free coefficients | share, coefficients in [0, 1] |\n| --- | --- | --- |')
    for name, (free, bounded) in rows.items():
        print(f'| {name} | {free:.2f} | {bounded:.2f} |')
    means = np.mean(list(rows.values()), 0)
    print(f'| **mean of {len(rows)}** | **{means[0]:.3f}** | **{means[1]:.3f}** |')


if __name__ == '__main__':
    main()
