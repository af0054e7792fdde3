import { type PointModel } from '../../src/energies/gauss-newton-form.js';
import { HessianSample } from '../../src/fitting/gauss-newton/hessian-sample.js';
import { type Layout } from '../../src/fitting/gauss-newton/layout.js';
import { type HeadModel, vertexSurfacePoints } from '../../src/flame/head-model.js';
import { createSheets } from '../fixtures/sheets.js';

const layout = {
  frameCount: 20,
  shapeSize: 4,
  expressionSize: 1,
  offsetVertices: Int32Array.of(7, 8),
  cameras: { count: 0 },
} as unknown as Layout;

const head: HeadModel = createSheets(45);
const points = [vertexSurfacePoints(head)];
const count = head.vertexCount;

/** Each point's matrix says which point it is. */
function labelled(): PointModel {
  const hessian = new Float64Array(count * 6);
  for (let n = 0; n < count; n++) hessian[n * 6] = 1;
  for (let n = 0; n < count; n++) hessian[n * 6 + 1] = n < count / 2 ? 1 : 0;
  const none = new Float64Array(0);
  return { hessian, gradient: none, cameraGradient: none, cameraHessian: none, cameraCross: [] };
}

test('the matrices of all points are put on fewer, none lost, and none across two sheets that touch', () => {
  const sample = new HessianSample(head, points, layout, false);
  const { hessian } = sample.pick(labelled());
  expect(sample.isWhole).toBe(false);
  expect(hessian.length / 6).toBeLessThan(700);
  let [sum, lower, largest] = [0, 0, 0];
  for (let i = 0; i < hessian.length; i += 6) {
    sum += hessian[i];
    lower += hessian[i + 1];
    largest = Math.max(largest, hessian[i]);
    // All points that one stands for are of its own sheet.
    expect([0, hessian[i]]).toContain(hessian[i + 1]);
  }
  expect([sum, lower]).toEqual([count, count / 2]);
  // Spread evenly: none stands for a large part.
  expect(largest).toBeLessThan(6 * (count / (hessian.length / 6)));
});

test('free vertices stand for themselves alone', () => {
  const model = labelled();
  for (const v of layout.offsetVertices) model.hessian[v * 6] = 1000;
  const { hessian } = new HessianSample(head, points, layout, false).pick(model);
  expect(Array.from(hessian).filter((value) => value === 1000)).toHaveLength(2);
});

test.each([
  ['it is asked for', {}, true],
  ['cameras are unknown', { cameras: { count: 1 } }, false],
  ['frames are few', { frameCount: 3 }, false],
])('no point is left out where %s', (_, own, whole) => {
  const sample = new HessianSample(head, points, { ...layout, ...own } as Layout, whole);
  const model = labelled();
  expect(sample.isWhole).toBe(true);
  expect(sample.pick(model)).toBe(model);
});
