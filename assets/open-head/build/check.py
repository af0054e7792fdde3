"""Checks the committed asset and prints its numbers: `python assets/open-head/build/check.py`."""

from pathlib import Path

import numpy as np

import container
import eyes
from posing import pose

ASSET = Path(__file__).resolve().parent.parent


def check_mesh(arrays):
    template, faces = arrays['template'].astype(float), arrays['faces']
    corners = template[faces]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    assert area.min() > 1e-9, f'degenerate triangle: {area.min():.1e} m^2'
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    directed = set(map(tuple, edges.tolist()))
    assert len(directed) == len(edges), 'an edge is used twice in one direction: inconsistent winding'
    volume = np.einsum('tc,tc->t', corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6
    assert volume > 0, 'triangles face inward'
    assert 5000 <= len(template) <= 6500
    print(f'mesh: {len(template)} vertices, {len(faces)} triangles, smallest area {area.min() * 1e6:.4f} mm^2, '
          f'extent {np.ptp(template, axis=0).round(3)} m')


def check_mirror(arrays):
    mirror, template = arrays['mirror'], arrays['template'].astype(float)
    assert np.array_equal(mirror[mirror], np.arange(len(mirror)))
    gap = np.abs(template[mirror] * [-1, 1, 1] - template).max()
    assert gap < 1e-6, f'template is not mirror-symmetric: {gap:.1e} m'
    twins = {tuple(sorted(face)) for face in arrays['faces'].tolist()}
    lone = sum(tuple(sorted(face)) not in twins for face in mirror[arrays['faces']].tolist())
    print(f'mirror: {100 * lone / len(twins):.2f} % of the triangles have no mirror twin')


def check_shape(arrays):
    skin = arrays['region:skin'].astype(bool)
    basis = arrays['shape_basis'].astype(float)
    columns = basis[:, skin].reshape(len(basis), -1)
    gram = columns @ columns.T
    scale = np.sqrt(np.diag(gram))
    correlation = np.abs(gram / np.outer(scale, scale) - np.eye(len(gram))).max()
    assert correlation < 0.02, f'identity components are not orthogonal over the skin: {correlation:.3f}'
    step = arrays['shape_scale'].max() / 2
    print(f'identity: {len(basis)} components, largest correlation {correlation:.4f}, rms displacement per deviation '
          f'{(1e3 * scale[[0, 1, 2, 9, 79, 80, 99]] / np.sqrt(skin.sum())).round(2)} mm (0, 1, 2, 9, 79, 80, 99), '
          f'quantisation at most {1e3 * step:.3f} mm')
    flipped = basis[:, arrays['mirror']] * [-1, 1, 1]
    symmetric, antisymmetric = np.abs(flipped[:80] - basis[:80]).max(), np.abs(flipped[80:] + basis[80:]).max()
    assert max(symmetric, antisymmetric) < 2 * step + 1e-7, (symmetric, antisymmetric)
    random = np.random.default_rng(1)
    rows = np.concatenate([eye_row(arrays, name) for name in ('left_eye', 'right_eye')])
    distance = [np.linalg.norm(np.subtract(*(rows @ pose(arrays, random.normal(size=len(basis)))))) for _ in range(200)]
    print(f'inter-pupillary distance: template '
          f'{1e3 * np.linalg.norm(np.subtract(*(rows @ arrays["template"]))):.1f} mm, random heads '
          f'{1e3 * np.mean(distance):.1f} +- {1e3 * np.std(distance):.1f} mm; eyeball radius {1e3 * eyes.RADIUS} mm')


def eye_row(arrays, name):
    return arrays['joint_regressor'][[3 if name == 'left_eye' else 4]].astype(float)


def check_expressions(meta, arrays):
    skin, names = arrays['region:skin'].astype(bool), meta['expressionNames']
    largest = 1e3 * np.linalg.norm(arrays['expression_basis'][:, skin], axis=2).max(1)
    assert np.isfinite(arrays['expression_basis']).all()
    for name, basis in zip(names, arrays['expression_basis']):
        if name.endswith('Left'):
            twin = arrays['expression_basis'][names.index(name[:-4] + 'Right')]
            assert np.abs(basis[arrays['mirror']] * [-1, 1, 1] - twin).max() < 1e-6, name
    still = [name for name, size in zip(names, largest) if size < 0.5 and name != 'tongueOut']
    assert not still, still
    print(f'expressions: {len(names)}; largest displacement in mm: '
          + ', '.join(f'{name} {size:.1f}' for name, size in zip(names, largest) if not name.endswith('Right')))


def check_uv(meta, arrays):
    for layout, entry in meta['uvLayouts'].items():
        uv, faces = arrays[f'uv:{layout}'].astype(float), arrays[f'uv_faces:{layout}']
        corners = uv[faces]
        one, two = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        signed = (one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]) / 2
        assert (signed > 0).all() and uv.min() >= 0 and uv.max() <= 1
        assert entry['hash'] == container.layout_hash(arrays[f'uv_vertices:{layout}'])
        print(f'atlas {layout}: no flipped triangle, {100 * signed.sum():.1f} % of the square used')


def check_joints(arrays):
    regressor, weights = arrays['joint_regressor'], arrays['skinning_weights']
    assert np.abs(regressor.sum(1) - 1).max() < 1e-5 and np.abs(weights.sum(1) - 1).max() < 1e-5
    assert weights.min() >= 0 and (arrays['joint_lower'] <= arrays['joint_upper']).all()
    assert np.abs(pose(arrays, joint_pose=np.zeros((5, 3))) - arrays['template']).max() < 1e-6
    print('joints (mm):', (1e3 * regressor @ arrays['template']).round(1).tolist())


def check_landmarks(arrays):
    for name in ('landmarks68', 'landmarks478'):
        if f'{name}_faces' in arrays:
            weights, faces = arrays[f'{name}_barycentric'], arrays[f'{name}_faces']
            assert np.abs(weights.sum(1) - 1).max() < 1e-5 and weights.min() >= -1e-6 and (faces >= 0).all()
            print(f'{name}: embedded')
    if 'landmarks478_spread' in arrays:
        print(f'landmarks478 spread: median {1e3 * np.median(arrays["landmarks478_spread"]):.2f} mm')


def main():
    meta, arrays = container.read(ASSET / 'open-head.npz')
    assert meta['format'] == 'flowfit-head/1'
    check_mesh(arrays)
    check_mirror(arrays)
    check_shape(arrays)
    check_expressions(meta, arrays)
    check_uv(meta, arrays)
    check_joints(arrays)
    check_landmarks(arrays)
    print('regions:', {name[7:]: int(array.sum()) for name, array in arrays.items() if name.startswith('region:')})


if __name__ == '__main__':
    main()
