import { canonicalisePoints } from '../../src/canonical/canonicalise-points.js';
import { poseHead } from '../../src/flame/pose-head.js';
import { interpolateSurface } from '../../src/geometry/interpolate-surface.js';
import { transformPoints } from '../../src/geometry/rigid-transform.js';
import { rotationFromAxisAngle } from '../../src/geometry/rotation.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead();
const motion = { rotation: rotationFromAxisAngle([0.2, 0.7, -0.1]), translation: Float64Array.of(0.3, -0.2, 1) };

test('points on the tracked head go to the same places of the canonical head', () => {
  const jointPose = new Float64Array(15);
  jointPose[6] = 0.15;
  const tracked = transformPoints(motion, poseHead(head, { jointPose, shape: [0.5, -0.3] }));
  const faces = Int32Array.from({ length: 60 }, (_, k) => k * 5);
  const points = { faces, barycentric: Float32Array.from(Array.from(faces).flatMap(() => [0.5, 0.3, 0.2])) };
  const source = interpolateSurface(tracked, 3, head.faces, points);
  const target = interpolateSurface(head.template, 3, head.faces, points);
  const result = canonicalisePoints(source, { tracked, canonical: head.template, faces: head.faces });
  result.points.forEach((value, i) => expect(value).toBeCloseTo(target[i], 5));
  result.distances.forEach((distance) => expect(distance).toBeLessThan(1e-6));
});

test('what stands off a head that only moved keeps its place on the head', () => {
  const tracked = transformPoints(motion, head.template);
  const hair = Float64Array.from([0, 0.2, 0, 0.01, 0.18, -0.12, -0.15, 0, 0]);
  const result = canonicalisePoints(transformPoints(motion, hair), {
    tracked,
    canonical: head.template,
    faces: head.faces,
  });
  result.points.forEach((value, i) => expect(value).toBeCloseTo(hair[i], 5));
  expect(Math.max(...result.distances)).toBeGreaterThan(0.05);
});

test('heads of different vertices are refused', () => {
  const [tracked, canonical] = [new Float64Array(9), new Float64Array(12)];
  expect(() => canonicalisePoints([0, 0, 0], { tracked, canonical, faces: Int32Array.of(0, 1, 2) })).toThrow(
    'canonicalise: expected both heads with 4 vertices, got 3.',
  );
});
