import { type FaceLandmarks } from '../../src/alignment/face-finder.js';
import { faceTopology } from '../../src/alignment/face-topology.js';
import { landmarkCount } from '../../src/alignment/landmark-network.js';
import { landmarkSigmas } from '../../src/alignment/landmark-sigma.js';
import { eyeOpenings, landmarkFacing } from '../../src/alignment/landmark-visibility.js';
import { temporalResidual } from '../../src/alignment/temporal-residual.js';

const topology = faceTopology();
const size = 300;

function face(points: Float32Array, disagreement = 0): FaceLandmarks {
  return {
    points,
    disagreement: new Float32Array(landmarkCount).fill(disagreement),
    presence: 1,
    window: { x: 200, y: 200, size, roll: 0 },
  };
}

/** Landmarks whose eyes are open by `opening`; everything else at random but fixed places. */
function points(opening = 0.3): Float32Array {
  let seed = 1;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const result = Float32Array.from({ length: landmarkCount * 3 }, () => 100 + 200 * random());
  const place = (i: number, x: number, y: number) => result.set([x, y, 0], i * 3);
  for (const [outer, inner, upper, lower, x] of [
    [33, 133, 159, 145, 120],
    [263, 362, 386, 374, 280],
  ]) {
    place(outer, x - 20, 150);
    place(inner, x + 20, 150);
    place(upper, x, 150 - 20 * opening);
    place(lower, x, 150 + 20 * opening);
  }
  return result;
}

function median(values: Float32Array, region: string): number {
  const chosen = values.filter((_, i) => topology.regions[i] === region).sort();
  return chosen[chosen.length >> 1];
}

test('the topology is a mirror-symmetric mesh of all 468 surface points', () => {
  expect(topology.regions.filter(Boolean)).toHaveLength(landmarkCount);
  expect(new Set(topology.triangles).size).toBe(468);
  topology.mirror.forEach((other, i) => expect(topology.mirror[other]).toBe(i));
  const key = (triangle: number[]) => [...triangle].sort((a, b) => a - b).join();
  const triangles = Array.from({ length: topology.triangles.length / 3 }, (_, t) => [
    ...topology.triangles.subarray(t * 3, t * 3 + 3),
  ]);
  const known = new Set(triangles.map(key));
  for (const triangle of triangles) expect(known.has(key(triangle.map((i) => topology.mirror[i])))).toBe(true);
});

test('a face that is flat toward the camera faces it, turned over it faces away', () => {
  const flat = new Float32Array(landmarkCount * 3);
  const [a, b, c] = topology.triangles;
  flat.set([0, 0, 0], a * 3);
  flat.set([0, 1, 0], b * 3);
  flat.set([1, 0, 0], c * 3);
  const single = { ...topology, triangles: topology.triangles.subarray(0, 3) };
  // Seen from the camera (x right, y down) this triangle runs counter-clockwise.
  expect(landmarkFacing(flat, single)[a]).toBeCloseTo(1);
  expect(
    landmarkFacing(
      flat.map((value, k) => (k % 3 === 0 ? -value : value)),
      single,
    )[a],
  ).toBeCloseTo(-1);
});

test('eye openings are the gap over the width', () => {
  const [right, left] = eyeOpenings(points(0.25));
  expect(right).toBeCloseTo(0.25, 5);
  expect(left).toBeCloseTo(0.25, 5);
});

test('sigma grows with disagreement and with the region, and never falls below a third of a pixel', () => {
  const sigma = (disagreement: number) =>
    landmarkSigmas([face(points(), disagreement)], topology, { ordered: false })[0]!;
  const [calm, noisy] = [sigma(0), sigma(5)];
  calm.forEach((value, i) => {
    expect(value).toBeGreaterThanOrEqual(0.3);
    expect(noisy[i]).toBeCloseTo(Math.hypot(value, 2 * 5), 3);
  });
  expect(median(calm, 'contour')).toBeGreaterThan(median(calm, 'lips'));
});

test('a landmark that faces away is less certain than one that faces the camera', () => {
  const turnedOver = points().map((value, k) => (k % 3 === 0 ? 400 - value : value));
  const facing = landmarkFacing(points(), topology);
  const [front, back] = landmarkSigmas([face(points()), face(turnedOver)], topology, { ordered: false });
  facing.forEach((cosine, i) => {
    if (cosine > 0.1) expect(back![i]).toBeGreaterThan(front![i]);
  });
});

test('an iris behind closed lids is uncertain', () => {
  const sigma = (opening: number) => landmarkSigmas([face(points(opening))], topology, { ordered: false })[0]![468];
  expect(Math.sqrt(sigma(0) ** 2 - sigma(0.3) ** 2)).toBeGreaterThan(0.02 * size);
  expect(sigma(0.2)).toBeCloseTo(sigma(0.3), 5);
});

test("a head model's spread raises sigma where it is the larger", () => {
  const plain = landmarkSigmas([face(points())], topology, { ordered: false })[0]!;
  const spread = new Float32Array(landmarkCount).fill(0.01);
  const wide = landmarkSigmas([face(points())], topology, { ordered: false, spread })[0]!;
  wide.forEach((value, i) => expect(value).toBeGreaterThan(plain[i]));
  const narrow = landmarkSigmas([face(points())], topology, { ordered: false, spread: spread.map(() => 1e-5) })[0]!;
  expect(narrow).toEqual(plain);
});

test('an absent face has no sigma', () => {
  expect(landmarkSigmas([undefined], topology, { ordered: true })).toEqual([undefined]);
});

test("the face's own shift, turn and growth are no flicker; one landmark that jumps is", () => {
  const before = points();
  const moved = before.map((value, k) => {
    const [x, y] = [before[k - (k % 3)], before[k - (k % 3) + 1]];
    return [1.02 * x - 0.1 * y + 7, 0.1 * x + 1.02 * y - 3, value][k % 3];
  });
  for (const value of temporalResidual(before, moved, before)) expect(value).toBeLessThan(1e-3);
  moved[300] += 6;
  const residual = temporalResidual(before, moved, before);
  expect(residual[100]).toBeCloseTo(6 / Math.sqrt(3), 1);
  expect(Math.max(...residual.filter((_, i) => i !== 100))).toBeLessThan(0.1);
  const [, jumping] = landmarkSigmas(
    [before, moved, before].map((p) => face(p)),
    topology,
    { ordered: true },
  );
  const [, calm] = landmarkSigmas(
    [before, before, before].map((p) => face(p)),
    topology,
    { ordered: true },
  );
  expect(jumping![100]).toBeGreaterThan(calm![100]);
});
