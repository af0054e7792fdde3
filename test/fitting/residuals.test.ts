import { poseHead } from '../../src/flame/pose-head.js';
import { reprojectionResiduals, worldVertices } from '../../src/fitting/residuals.js';
import { createCapture } from '../fixtures/synthetic-capture.js';

test('world vertices are the posed head under the head pose', () => {
  const { head, truth } = createCapture();
  truth.headRotation.set([1, 0, 0, 0, -1, 0, 0, 0, -1], 9);
  truth.headTranslation.set([0.1, 0.2, 0.3], 3);
  const [E, P] = [head.expression.count, 15];
  const state = { shape: truth.shape, expression: truth.expression.subarray(E, 2 * E) };
  const posed = poseHead(head, { ...state, jointPose: truth.jointPose.subarray(P, 2 * P) });
  const world = worldVertices(head, truth, 1);
  for (let i = 0; i < world.length; i += 3) {
    expect(world[i]).toBeCloseTo(posed[i] + 0.1, 6);
    expect(world[i + 1]).toBeCloseTo(0.2 - posed[i + 1], 6);
    expect(world[i + 2]).toBeCloseTo(0.3 - posed[i + 2], 6);
  }
});

test('the truth has no residual, a known shift shows as it is', () => {
  const { head, truth, alignment } = createCapture({ keep: (frame, view) => !(frame === 1 && view === 2) });
  expect(reprojectionResiduals(head, alignment, truth).p95Px).toBeLessThan(1e-3);
  alignment.mu.forEach((_, i) => (alignment.mu[i] += i % 2 === 0 ? 3 : 4));
  const report = reprojectionResiduals(head, alignment, truth);
  expect(report.medianPx).toBeCloseTo(5, 3);
  expect(report.meanPx).toBeCloseTo(5, 3);
  const width = alignment.faceBoxes[2] - alignment.faceBoxes[0];
  expect(report.percentOfFaceWidth.median).toBeGreaterThan(0.8 * (500 / width));
  expect(report.percentOfFaceWidth.median).toBeLessThan(1.2 * (500 / width));
  expect(report.perImagePx[0]).toBeCloseTo(5, 3);
  expect(report.perImagePx[1 * 3 + 2]).toBeNaN();
});

test('a dense alignment is judged where its vertices count', () => {
  const { head, truth, alignment } = createCapture();
  const vertex = (n: number) =>
    head.faces[alignment.points.faces[n] * 3 + alignment.points.barycentric.subarray(n * 3, n * 3 + 3).indexOf(1)];
  for (let i = 0; i < alignment.sigma.length; i++) {
    if (head.vertexWeights![vertex(i % head.vertexCount)] < 0.5) alignment.mu[i * 2] += 100;
  }
  expect(reprojectionResiduals(head, alignment, truth).p95Px).toBeLessThan(1e-3);
});
