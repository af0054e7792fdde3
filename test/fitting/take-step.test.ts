import { alignmentEnergy } from '../../src/energies/alignment.js';
import { sortByForm } from '../../src/fitting/gauss-newton/form-terms.js';
import { type Layout, stageLayout } from '../../src/fitting/gauss-newton/layout.js';
import { takeStep } from '../../src/fitting/gauss-newton/take-step.js';
import { type FitParameters } from '../../src/fitting/parameters.js';
import { type Problem } from '../../src/fitting/problem.js';
import { projectPoints } from '../../src/geometry/project.js';
import { createAlignment, createArc, createMotion } from '../fixtures/synthetic-fit.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead();
const cameras = createArc(1);
const start = createMotion(head, cameras, 3, { seed: 3 });
const terms = [alignmentEnergy(createAlignment(head, start, { points: head.landmarks478! }), head)];
const problem: Problem = {
  head,
  terms,
  times: Float64Array.of(0, 0.04, 0.08),
  cameras,
  offsetVertices: new Int32Array(0),
  freeJoints: new Uint8Array(5),
  freeCameras: new Uint8Array(1),
  focalGroups: Int32Array.of(0),
};

/** Pixels of the pivot in one frame. */
function pivotPixels({ pivot }: Layout, { headRotation: R, headTranslation: t, cameras }: FitParameters, f: number) {
  const world = Float32Array.from([0, 1, 2], (axis) => {
    const row = f * 9 + axis * 3;
    return R[row] * pivot[0] + R[row + 1] * pivot[1] + R[row + 2] * pivot[2] + t[f * 3 + axis];
  });
  return { world, pixels: projectPoints(world, cameras[0]).pixels };
}

test('half as far again and zoomed in as much: what was observed stays where it is in the picture', () => {
  const data = sortByForm(terms).points.map(({ form }) => form);
  const layout = stageLayout(problem, ['headPose', 'focal'], new Set(['headPose', 'focal']), data);
  expect(layout.soleViews).toEqual(Int32Array.of(0, 0, 0));
  const grown = 0.4;
  const step = { frames: new Float64Array(3 * 6), shared: Float64Array.of(grown) };
  const m = cameras[0].cameraFromWorld;
  for (let f = 0; f < 3; f++) {
    const { world } = pivotPixels(layout, start, f);
    const depth = m[8] * world[0] + m[9] * world[1] + m[10] * world[2] + m[11];
    // Away along the camera's axis.
    for (let axis = 0; axis < 3; axis++) step.frames[f * 6 + 3 + axis] = grown * depth * m[8 + axis];
  }
  const end = takeStep(head, layout, start, step);
  expect(end.cameras[0].K[0] / cameras[0].K[0]).toBeCloseTo(Math.exp(grown), 10);
  for (let f = 0; f < 3; f++) {
    const [before, after] = [pivotPixels(layout, start, f), pivotPixels(layout, end, f)];
    expect(Math.hypot(...after.world.map((x, axis) => x - before.world[axis]))).toBeGreaterThan(0.1);
    after.pixels.forEach((pixel, axis) => expect(pixel).toBeCloseTo(before.pixels[axis], 2));
  }
});
