"""Measures how much of MakeHuman's 52 community face units the expressions and the jaw joint reproduce.

`python measure_face_units.py --cache DIR --reference FOLDER` prints a Markdown table. The face units are only measured
against; nothing is built from them. Share = 1 - |displacement left over|^2 / |displacement|^2 over the exterior skin.
"""

import argparse
from pathlib import Path

import numpy as np
from scipy.optimize import lsq_linear
from scipy.spatial.transform import Rotation

import container
import sampling
import sources
from cut import cut_head
from head import head_topology, to_head

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


def columns(arrays, chosen):
    """`[3 N, E + 4]`: expressions, the jaw's three small rotations, and its opening by 20 degrees (which is not small)."""
    template = arrays['template'].astype(float)
    arm = template - (arrays['joint_regressor'] @ template)[2]
    weight = arrays['skinning_weights'][:, 2:3]
    opened = Rotation.from_rotvec([np.radians(20), 0, 0]).as_matrix()
    jaw = [weight * np.cross(axis, arm) for axis in np.eye(3)] + [weight * (arm @ opened.T - arm)]
    return np.concatenate([arrays['expression_basis'], jaw])[:, chosen].reshape(len(arrays['expression_basis']) + 4, -1).T


def share(system, wanted, bounds):
    solution = lsq_linear(system, wanted, bounds).x if bounds else np.linalg.lstsq(system, wanted, rcond=None)[0]
    left = wanted - system @ solution
    return 1 - (left @ left) / (wanted @ wanted)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--cache', type=Path, required=True)
    parser.add_argument('--reference', type=Path, required=True)
    options = parser.parse_args()
    _, arrays = container.read(ASSET / 'open-head.npz')
    chosen, rows = arrays['region:skin'].astype(bool), {}
    system = columns(arrays, chosen)
    # Expressions in [0, 1]; the jaw is free.
    limits = np.r_[np.zeros(system.shape[1] - 4), np.full(4, -2)], np.r_[np.ones(system.shape[1] - 4), np.full(4, 2)]
    for name, wanted in reference_displacements(options.cache, options.reference).items():
        if np.abs(wanted[chosen]).max() > 0:
            flat = wanted[chosen].ravel()
            rows[name] = share(system, flat, None), share(system, flat, limits)
    print('| face unit | share, free coefficients | share, coefficients in [0, 1] |\n| --- | --- | --- |')
    for name, (free, bounded) in rows.items():
        print(f'| {name} | {free:.2f} | {bounded:.2f} |')
    means = np.mean(list(rows.values()), 0)
    print(f'| **mean of {len(rows)}** | **{means[0]:.3f}** | **{means[1]:.3f}** |')


if __name__ == '__main__':
    main()
