import { screenFiltered } from '../../../benchmarks/multiface/screen-filter.js';
import { type MeshSequence } from '../../../src/evaluation/mesh-sequence.js';
import { type Camera } from '../../../src/geometry/camera.js';
import { projectPoints } from '../../../src/geometry/project.js';

const camera: Camera = {
  id: 'cam',
  width: 100,
  height: 80,
  K: Float64Array.of(200, 0.5, 50, 0, 210, 40, 0, 0, 1),
  cameraFromWorld: Float64Array.of(0, 1, 0, 0.1, -1, 0, 0, 0.2, 0, 0, 1, 2, 0, 0, 0, 1),
  distortion: new Float64Array(5),
};
const sequence = (points: Map<number, number[]>): MeshSequence => ({
  faces: Int32Array.of(0, 1, 2),
  vertexCount: 3,
  frameNumbers: [...points.keys()],
  cameraIds: ['cam'],
  camera: () => camera,
  vertices: (frame) => points.get(frame)!,
});
const triangle = [0.1, 0.2, 0.3, -0.1, 0.05, 0.2, 0.02, -0.2, -0.1];

test('what rests stays where it is, whichever frames are missing', () => {
  const still = sequence(new Map([3, 6, 12, 15].map((frame) => [frame, triangle])));
  const filtered = screenFiltered(still, { sigma: 1 / 30, time: (frame) => frame / 90 });
  for (const frame of still.frameNumbers) {
    Array.from(filtered.vertices(frame)).forEach((value, i) => expect(value).toBeCloseTo(triangle[i], 12));
  }
});

test('a jump is the Gaussian mean of its frames on the screen, in seconds and not in frame numbers', () => {
  const moved = triangle.map((value, i) => value + [0.05, -0.02, 0.1][i % 3]);
  const jump = sequence(
    new Map([
      [0, triangle],
      [3, moved],
    ]),
  );
  const { vertices } = screenFiltered(jump, { sigma: 1 / 30, time: (frame) => frame / 90 });
  const weight = Math.exp(-1 / 2);
  const [a, b, got] = [triangle, moved, vertices(0)].map((points) => projectPoints(points, camera));
  got.pixels.forEach((value, i) => {
    expect(value).toBeCloseTo((a.pixels[i] + weight * b.pixels[i]) / (1 + weight), 9);
  });
  expect(got.depths[0]).toBeCloseTo((a.depths[0] + weight * b.depths[0]) / (1 + weight), 12);
});
