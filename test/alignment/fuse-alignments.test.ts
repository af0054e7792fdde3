import { type Alignment, type AlignmentSource, pointSets } from '../../src/alignment/alignment.js';
import { fuseAlignments } from '../../src/alignment/fuse-alignments.js';

/** Two frames of one camera; `seen` says which. */
function observe(source: AlignmentSource, count: number, value: number, seen = [true, true]) {
  const alignment: Alignment & { source: AlignmentSource } = {
    points: { faces: new Int32Array(count).fill(value), barycentric: new Float32Array(count * 3).fill(value) },
    frameCount: 2,
    viewCount: 1,
    cameraIds: ['cam0'],
    frameNumbers: [0, 1],
    times: Float64Array.of(0, 0.04),
    mu: new Float32Array(2 * count * 2),
    sigma: new Float32Array(2 * count),
    imageSizes: [{ width: 10, height: 10 }],
    faceBoxes: new Float32Array(8),
    source,
  };
  seen.forEach((here, frame) => {
    if (!here) return;
    alignment.mu.fill(value + frame, frame * count * 2, (frame + 1) * count * 2);
    alignment.sigma.fill(value, frame * count, (frame + 1) * count);
    alignment.faceBoxes.set([value, value, 2 * value, 2 * value], frame * 4);
  });
  return alignment;
}

test('points, observations and boxes stand side by side, frame by frame', () => {
  const fused = fuseAlignments([observe('landmarks', 2, 1, [true, false]), observe('uv-flow', 1, 5)]);
  expect([...fused.points.faces]).toEqual([1, 1, 5]);
  expect([...fused.mu]).toEqual([1, 1, 1, 1, 5, 5, 0, 0, 0, 0, 6, 6]);
  expect([...fused.sigma]).toEqual([1, 1, 5, 0, 0, 5]);
  expect([...fused.faceBoxes]).toEqual([1, 1, 2, 2, 5, 5, 10, 10]);
  expect(pointSets(fused)).toEqual([
    { source: 'landmarks', first: 0, end: 2 },
    { source: 'uv-flow', first: 2, end: 3 },
  ]);
  expect(pointSets(observe('file', 4, 1))).toEqual([{ source: 'file', first: 0, end: 4 }]);
});

test('refuses alignments of other pictures', () => {
  const other = { ...observe('uv-flow', 1, 1), frameCount: 3 };
  expect(() => fuseAlignments([observe('landmarks', 1, 1), other])).toThrow(
    'fuseAlignments: expected 2 frames of 1 cameras, got 3 of 1.',
  );
});
