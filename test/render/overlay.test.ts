import sharp from 'sharp';
import { contactSheet } from '../../src/render/contact-sheet.js';
import { drawText } from '../../src/render/bitmap-font.js';
import { headWindow } from '../../src/render/head-window.js';
import { encodeImage, resizeImage } from '../../src/render/image-file.js';
import { joinImages } from '../../src/render/join-images.js';
import { plainImage } from '../../src/render/layer.js';
import { renderOverlay } from '../../src/render/overlay.js';
import { createTestCamera } from '../fixtures/cameras.js';
import { createSphere } from '../fixtures/sphere.js';

const sphere = createSphere();
const camera = createTestCamera({ width: 120, height: 90, focal: 300 });
const image = plainImage(120, 90, [10, 120, 30]);

test('three panels: the picture, the mesh over it, the mesh on grey', async () => {
  const { width, height, data } = await renderOverlay({ image, camera, ...sphere }, { maxWidth: 360 });
  expect([width, height]).toEqual([360, 90]);
  const pixel = (row: number, column: number) => Array.from(data.subarray((row * 360 + column) * 3).subarray(0, 3));
  expect(pixel(45, 60)).toEqual([10, 120, 30]);
  expect(pixel(45, 180)[0]).toBeGreaterThan(60);
  expect(pixel(5, 180 + 55)).toEqual([10, 120, 30]);
  expect(pixel(5, 355)).toEqual([58, 60, 64]);
});

test('a wide picture is shrunk, observations are drawn where they are', async () => {
  const observed = { mu: [60, 45, 20, 20, 5, 5], sigma: [1, 5, 0] };
  const shown = await renderOverlay(
    { image, camera, ...sphere, observed },
    { panels: ['points', 'wire'], maxWidth: 120 },
  );
  expect([shown.width, shown.height]).toEqual([120, 45]);
  const pixel = (row: number, column: number) =>
    Array.from(shown.data.subarray((row * 120 + column) * 3).subarray(0, 3));
  expect(pixel(22, 30)[1]).toBeGreaterThan(150);
  expect(pixel(10, 10)[0]).toBeGreaterThan(150);
  expect(pixel(2, 2)).toEqual([10, 120, 30]);
});

test('a small head is shown closely, in the right place', async () => {
  const far = createTestCamera({ width: 400, height: 300, focal: 300, distance: 1.5 });
  const scene = plainImage(400, 300, [10, 120, 30]);
  const window = headWindow(sphere.vertices, far);
  expect(window.left + window.width / 2).toBeCloseTo(200, 0);
  expect(window.width).toBeLessThan(70);
  const observed = { mu: [200, 150], sigma: [1] };
  const shown = await renderOverlay({ image: scene, camera: far, ...sphere, observed }, { panels: ['points', 'mesh'] });
  expect(shown.width).toBe(640);
  const brightest = (from: number) => shown.data[(Math.round(shown.height / 2) * 640 + from + 160) * 3 + 1];
  expect(brightest(0)).toBeGreaterThan(200);
  expect(brightest(320)).toBeGreaterThan(150);
  const wide = await renderOverlay({ image: scene, camera: far, ...sphere }, { panels: ['mesh'], closeUp: false });
  expect([wide.width, wide.height]).toEqual([400, 300]);
});

test('pictures survive their encoding', async () => {
  const png = await sharp(await encodeImage(image, { format: 'png' }))
    .raw()
    .toBuffer();
  expect(Array.from(png)).toEqual(Array.from(image.data));
  const jpeg = await sharp(await encodeImage(image))
    .raw()
    .toBuffer();
  expect(Math.abs(jpeg[1] - 120)).toBeLessThan(4);
  expect((await resizeImage(image, 40, 30)).data).toHaveLength(40 * 30 * 3);
});

test('a contact sheet is a labelled grid', async () => {
  const sheet = await contactSheet(
    Array.from({ length: 5 }, (_, k) => ({ image, label: `frame ${k}` })),
    { columns: 3 },
  );
  const mixed = await contactSheet(
    [image, plainImage(30, 90, [200, 0, 0])].map((picture) => ({ image: picture, label: '' })),
  );
  const red = mixed.data.filter((code, i) => i % 3 === 0 && code > 150).length;
  expect(red).toBe(30 * 90);
  expect(sheet.width).toBe(3 * 124 + 4);
  expect(sheet.height).toBe(2 * (90 + 20 + 4) + 4);
  await expect(contactSheet([])).rejects.toThrow('at least one picture');
  expect(() => joinImages([image, plainImage(1, 1, [0, 0, 0])])).toThrow('expected height 90, got 1');
});

test('letters have their shape', () => {
  const line = plainImage(12, 7, [0, 0, 0]);
  drawText(line, 'l1', 0, 0, { scale: 1 });
  const rows = Array.from({ length: 7 }, (_, row) =>
    Array.from({ length: 11 }, (__, column) => (line.data[(row * 12 + column) * 3] ? '#' : '.')).join(''),
  );
  expect(rows).toEqual([
    '#.......#..',
    '#......##..',
    '#.......#..',
    '#.......#..',
    '#.......#..',
    '#.......#..',
    '#####..###.',
  ]);
});
