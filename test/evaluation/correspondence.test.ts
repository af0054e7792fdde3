import { type CorrespondenceField } from '../../src/evaluation/correspondence.js';
import { cycleError } from '../../src/evaluation/cycle-error.js';
import { depthError } from '../../src/evaluation/depth-error.js';
import { endPointError3d } from '../../src/evaluation/end-point-error-3d.js';
import { endPointError } from '../../src/evaluation/end-point-error.js';
import { matchError } from '../../src/evaluation/match-error.js';
import { warpingError } from '../../src/evaluation/warping-error.js';
import { type RgbImage } from '../../src/geometry/image.js';

const [width, height] = [40, 30];

/** Matches by a rule from pixel centres to positions. */
function field(rule: (x: number, y: number) => number[]): CorrespondenceField {
  const targets = new Float32Array(width * height * 2);
  for (let p = 0; p < width * height; p++) targets.set(rule((p % width) + 0.5, Math.floor(p / width) + 0.5), p * 2);
  return { width, height, targets };
}

/** A grey picture by a rule from pixel centres to [0, 255]. */
function picture(rule: (x: number, y: number) => number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) {
    const p = Math.floor(i / 3);
    data[i] = Math.round(rule((p % width) + 0.5, Math.floor(p / width) + 0.5));
  }
  return { width, height, data };
}

const identity = field((x, y) => [x, y]);
const none = [NaN, NaN];

test('EPE: errors of 5 px on one half and 1 px on the other; pixels without a match are misses', async () => {
  const predicted = field((x, y) => (x < 20 ? [x + 3, y + 4] : y < 15 ? [x + 1, y] : none));
  const { groups } = await endPointError().measure([{ margin: 2, predicted, truth: identity }]);
  expect(groups['margin 2']).toEqual({
    epe: (5 * 2 + 1) / 3,
    below3px: 0.25,
    below5px: 0.25,
    below10px: 0.75,
    missRate: 0.25,
  });
});

test('EPE: margins are kept apart, and only true matches count', async () => {
  const truth = field((x, y) => (x < 10 ? [x, y] : none));
  const shifted = field((x, y) => [x + 2, y]);
  const { groups } = await endPointError({ thresholds: [3] }).measure([
    { margin: 8, predicted: shifted, truth },
    { margin: 2, predicted: identity, truth },
  ]);
  expect(Object.keys(groups)).toEqual(['margin 2', 'margin 8']);
  expect(groups['margin 8']).toEqual({ epe: 2, below3px: 1, missRate: 0 });
  await expect(endPointError().measure([{ margin: 2, predicted: identity }])).rejects.toThrow(
    'pairs with true matches',
  );
  const small = { width: 2, height: 1, targets: new Float32Array(4) };
  await expect(endPointError().measure([{ margin: 2, predicted: small, truth }])).rejects.toThrow(
    'expected a size of 40x30, got 2x1',
  );
});

test('CCE: there by 3.25 and back by 2 is 1.25 px, read between pixels; what leaves the picture has no way back', async () => {
  const predicted = field((x, y) => [x + 3.25, y]);
  const backward = field((x, y) => [x - 2, y]);
  const { groups } = await cycleError().measure([{ margin: 5, predicted, backward }]);
  expect(groups['margin 5'].mean).toBeCloseTo(1.25, 5);
  expect(groups['margin 5'].median).toBeCloseTo(1.25, 5);
  expect(groups['margin 5'].below2px).toBe(1);
  expect(groups['margin 5'].missRate).toBeCloseTo(4 / 40, 5);
});

test('WPE: the right warp of a moved ramp is perfect; no warp is off by the ramp', async () => {
  const first = picture((x) => 4 * x);
  const second = picture((x) => 4 * (x - 2));
  const right = await warpingError().measure([{ margin: 5, predicted: field((x, y) => [x + 2, y]), first, second }]);
  expect(right.groups['margin 5'].l1).toBeLessThan(1e-6);
  expect(right.groups['margin 5'].gradient).toBeLessThan(1e-6);
  expect(right.groups['margin 5'].ssim).toBeCloseTo(1, 6);
  const right2 = field((x, y) => (x > 4 ? [x, y] : none));
  const still = await warpingError().measure([{ margin: 5, predicted: right2, first, second }]);
  expect(still.groups['margin 5'].l1).toBeCloseTo(8 / 255, 3);
  expect(still.groups['margin 5'].gradient).toBeLessThan(1e-6);
});

test('WPE: SSIM of two flat pictures is their luminance term; gradients see a change of contrast', async () => {
  const flat = (value: number) => picture(() => value);
  const pair = { margin: 20, predicted: identity, first: flat(51), second: flat(102) };
  const { groups } = await warpingError().measure([pair]);
  expect(groups['margin 20'].l1).toBeCloseTo(0.2, 6);
  expect(groups['margin 20'].ssim).toBeCloseTo((2 * 0.2 * 0.4 + 1e-4) / (0.04 + 0.16 + 1e-4), 5);
  const ramps = { margin: 20, predicted: identity, first: picture((x) => x), second: picture((x) => 6 * x) };
  // Steps of 1 (rounded) against 6 along x, none along y: half of the differences are 5 codes.
  const along = (39 * 30 * 5) / 255 / (39 * 30 + 40 * 29);
  expect((await warpingError().measure([ramps])).groups['margin 20'].gradient).toBeCloseTo(along, 3);
});

test('MAE and RMSE of matches', async () => {
  const { groups } = await matchError().measure([
    { predicted: [3, 4, 10, 10], truth: [0, 0, 10, 10] },
    { predicted: [NaN, NaN], truth: [1, 1] },
  ]);
  expect(groups.all).toEqual({ mae: 2.5, rmse: Math.sqrt(12.5), missRate: 1 / 3 });
  expect((await matchError().measure([])).groups.all).toEqual({ mae: null, rmse: null, missRate: null });
});

test('3D EPE by points and times', async () => {
  const truth = [0, 0, 0, 1, 1, 1];
  const points = {
    'P0(t0)': { predicted: truth, truth },
    'P0(t1)': { predicted: [2, 3, 6, NaN, 0, 0], truth },
  };
  const { groups } = await endPointError3d().measure([{ margin: 8, points }]);
  expect(groups['margin 8']).toEqual({ epe: 7 / 3, 'P0(t0)': 0, 'P0(t1)': 7, 'P1(t0)': null, 'P1(t1)': null });
});

test('depth: RMSE and relative error in metric scale, over what both have', async () => {
  const truth = [1, 2, 4, NaN, 0];
  const { groups } = await depthError().measure([
    { predicted: [1.1, 2.2, NaN, 3, 3], truth },
    { predicted: [1, 2, 4, 1, 1], truth },
  ]);
  expect(groups.all.rmse).toBeCloseTo(Math.sqrt((0.01 + 0.04) / 5), 9);
  expect(groups.all.absRel).toBeCloseTo(0.2 / 5, 9);
  expect(groups.all.missRate).toBeCloseTo(1 / 6, 9);
});
