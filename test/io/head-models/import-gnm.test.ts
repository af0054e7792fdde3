import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { poseHead } from '../../../src/flame/pose-head.js';
import { importHeadModel } from '../../../src/io/head-models/import-head-model.js';
import { writeFileAtomic } from '../../../src/io/write-file.js';
import { type NpyArray } from '../../../src/tensor/npy.js';
import { formatNpz } from '../../../src/tensor/npz.js';
import { createTinyHead } from '../../fixtures/tiny-head.js';

const folder = mkdtempSync(join(tmpdir(), 'flowfit-gnm-'));
const head = createTinyHead();
const V = head.vertexCount;
const J = head.parents.length;

function floats(shape: number[], data: Float32Array): NpyArray {
  return { dtype: 'float32', shape, data };
}

function names(data: string[]): NpyArray {
  return { dtype: 'string', shape: [data.length], data };
}

/** The tiny head in GNM's keys and orders. */
function gnmArrays(scale = 1): Record<string, NpyArray> {
  const rootCorrectives = new Float32Array(9 * 3 * V).fill(0.5);
  const weights = Float32Array.from({ length: J * V }, (_, i) => head.skinningWeights[(i % V) * J + Math.floor(i / V)]);
  return {
    version: names(['3.0']),
    template_vertex_positions: floats(
      [V, 3],
      head.template.map((value) => value * scale),
    ),
    vertex_identity_basis: floats([head.shape.count, V, 3], head.shape.basis),
    expression_basis: floats([head.expression.count, V, 3], head.expression.basis),
    identity_names: names(head.shape.names!),
    expression_names: names(head.expression.names!),
    joint_names: names(head.jointNames),
    joint_parent_indices: { dtype: 'int64', shape: [J], data: BigInt64Array.of(0n, 0n, 1n, 1n, 1n) },
    skinning_weights: floats([J, V], weights),
    triangles: { dtype: 'int32', shape: [head.faces.length / 3, 3], data: head.faces },
    joint_regressor: floats([J, V], head.jointRegressor),
    pose_correctives_regressor: floats([9 * J, 3 * V], Float32Array.of(...rootCorrectives, ...head.poseBasis!)),
    mirror_indices: { dtype: 'int32', shape: [V], data: head.mirror! },
    vertex_groups: floats([2, V], Float32Array.of(...head.regions.nose, ...head.regions.eyeballs)),
    vertex_group_names: names(['nose', 'eyes']),
  };
}

test('the same head comes out of the GNM form', async () => {
  const path = join(folder, 'gnm_head.npz');
  await writeFileAtomic(path, formatNpz(gnmArrays()));
  const imported = await importHeadModel(path);
  expect([imported.name, imported.jointNames]).toEqual(['gnm_head', head.jointNames]);
  expect(imported.parents).toEqual(head.parents);
  expect(imported.regions.nose).toEqual(head.regions.nose);
  expect(imported.regions.eyeballs).toEqual(head.regions.eyeballs);
  const state = { shape: [1, -1], expression: [0.5], jointPose: Float64Array.from({ length: 15 }, (_, i) => 0.02 * i) };
  expect(poseHead(imported, state)).toEqual(poseHead(head, state));
});

test('another unit is refused', async () => {
  const path = join(folder, 'centimetres.npz');
  await writeFileAtomic(path, formatNpz(gnmArrays(100)));
  await expect(importHeadModel(path)).rejects.toThrow(/centimetres: expected a head of 0.15 to 1 m along y, got 24/);
});
