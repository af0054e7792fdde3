import { applyAffine, imageFromCrop, invertAffine, sampleCrop } from '../../src/alignment/face-crop.js';
import { createImagePyramid } from '../../src/alignment/image-pyramid.js';

const crop = { x: 120.5, y: 80.25, size: 97, roll: 0.4 };

/** Red grows by one a pixel to the right, green downwards; the value is the pixel centre's position. */
function ramp(width: number, height: number) {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([x, y, 0], (y * width + x) * 3);
  }
  return { width, height, data };
}

test.each([false, true])('crop maps invert each other (mirrored: %s)', (mirrored) => {
  const there = imageFromCrop({ ...crop, mirrored }, 256);
  const back = invertAffine(there);
  for (const [u, v] of [
    [0, 0],
    [12.5, 200],
    [256, 31],
  ]) {
    const [x, y] = applyAffine(there, u, v);
    const [u2, v2] = applyAffine(back, x, y);
    expect(u2).toBeCloseTo(u, 9);
    expect(v2).toBeCloseTo(v, 9);
  }
});

test("a crop's centre and top edge lie where the crop says", () => {
  const map = imageFromCrop(crop, 64);
  const [x, y] = applyAffine(map, 32, 32);
  expect([x, y]).toEqual([expect.closeTo(crop.x, 9), expect.closeTo(crop.y, 9)]);
  const [[x0, y0], [x1, y1]] = [applyAffine(map, 0, 0), applyAffine(map, 64, 0)];
  expect(Math.hypot(x1 - x0, y1 - y0)).toBeCloseTo(crop.size, 9);
  expect(Math.atan2(y1 - y0, x1 - x0)).toBeCloseTo(crop.roll, 9);
});

test('a mirrored crop exchanges left and right', () => {
  const [x, y] = applyAffine(imageFromCrop(crop, 100), 30, 40);
  const [xm, ym] = applyAffine(imageFromCrop({ ...crop, mirrored: true }, 100), 70, 40);
  expect([xm, ym]).toEqual([expect.closeTo(x, 9), expect.closeTo(y, 9)]);
});

test.each([16, 64, 128])('samples sit on pixel centres (window of %d pixels into 16)', (size) => {
  const side = 16;
  const window = { x: 100, y: 90, size, roll: 0.3 };
  const target = new Float32Array(3 * side * side);
  sampleCrop(createImagePyramid(ramp(200, 180)), window, side, target, { range: [0, 255], outside: 'edge' });
  const map = imageFromCrop(window, side);
  for (let k = 0; k < side * side; k++) {
    const [x, y] = applyAffine(map, (k % side) + 0.5, Math.floor(k / side) + 0.5);
    expect(Math.abs(target[k] - (x - 0.5))).toBeLessThan(0.6);
    expect(Math.abs(target[k + side * side] - (y - 0.5))).toBeLessThan(0.6);
  }
});

test('outside the picture there is black or the nearest pixel', () => {
  const pyramid = createImagePyramid({ width: 4, height: 4, data: new Uint8Array(48).fill(255) });
  const target = new Float32Array(3 * 16);
  const window = { x: -10, y: -10, size: 4, roll: 0 };
  sampleCrop(pyramid, window, 4, target, { range: [-1, 1], outside: 'black' });
  expect([...target]).toEqual(Array(48).fill(-1));
  sampleCrop(pyramid, window, 4, target, { range: [-1, 1], outside: 'edge' });
  expect([...target]).toEqual(Array(48).fill(1));
});

test('pyramid levels are means of 2 x 2 pixels and end before they vanish', () => {
  const pyramid = createImagePyramid({
    width: 3,
    height: 2,
    data: Uint8Array.from([0, 4, 9, 4, 8, 9, 7, 7, 7, 8, 4, 9, 4, 0, 9, 7, 7, 7]),
  });
  const { image, index } = pyramid.level(5);
  expect(index).toBe(1);
  expect(image).toEqual({ width: 1, height: 1, data: Uint8Array.from([4, 4, 9]) });
});
