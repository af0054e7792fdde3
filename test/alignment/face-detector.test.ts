import { coverWithTiles, type FaceDetection, mergeDetections } from '../../src/alignment/face-detector.js';

function detection(x: number, y: number, size: number, score: number): FaceDetection {
  const keypoints = Float32Array.from([x - 1, y, x + 1, y, x, y, x, y, x, y, x, y]);
  return { x, y, size, roll: 0, keypoints, score };
}

test('tiles cover the picture and every face of half their size fits into one', () => {
  const [width, height, size] = [1280, 720, 320];
  const tiles = coverWithTiles(width, height, size, 0);
  for (let x = 80; x <= width - 80; x += 40) {
    for (let y = 80; y <= height - 80; y += 40) {
      const holds = tiles.some((tile) => Math.max(Math.abs(tile.x - x), Math.abs(tile.y - y)) <= (size - 160) / 2);
      expect(holds).toBe(true);
    }
  }
});

test('a tile as large as the picture is one tile, centred', () => {
  expect(coverWithTiles(1280, 720, 1280, 0)).toEqual([{ x: 640, y: 360, size: 1280, roll: 0 }]);
});

test('overlapping detections become one, averaged by score; others stay; the best comes first', () => {
  const merged = mergeDetections([
    detection(100, 100, 50, 0.5),
    detection(300, 100, 80, 0.6),
    detection(104, 100, 50, 0.9),
  ]);
  expect(merged).toHaveLength(2);
  expect(merged[0].score).toBe(0.9);
  expect(merged[0].x).toBeCloseTo((100 * 0.5 + 104 * 0.9) / 1.4, 5);
  expect(merged[1].x).toBe(300);
});
