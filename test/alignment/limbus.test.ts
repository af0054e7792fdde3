import { createImagePyramid } from '../../src/alignment/image-pyramid.js';
import { findLimbus } from '../../src/alignment/limbus.js';

type Colour = [number, number, number];
const skin: Colour = [170, 120, 100];
const white: Colour = [200, 195, 190];

/** An almond-shaped opening of half axes 30 and 13 about (80, 60), an iris of 12 pixels, a pupil of 4, in a face. */
function eye(iris: Colour, at: [number, number], { highlight = false, brightness = 1 } = {}) {
  const [width, height] = [160, 120];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const open = ((x + 0.5 - 80) / 30) ** 2 + ((y + 0.5 - 60) / 13) ** 2 < 1;
      const distance = Math.hypot(x + 0.5 - at[0], y + 0.5 - at[1]);
      const spot = highlight && Math.hypot(x + 0.5 - at[0] - 2, y + 0.5 - at[1] + 2) < 2.5;
      const inside: Colour = spot ? [255, 255, 255] : distance < 4 ? [15, 12, 12] : distance < 12 ? iris : white;
      const colour = open ? inside : skin;
      colour.forEach((value, c) => (data[(y * width + x) * 3 + c] = value * brightness));
    }
  }
  return createImagePyramid({ width, height, data });
}

/** The opening's outline as the landmarks would draw it: coarse and a little too small. */
const lids = Array.from({ length: 16 }, (_, k) => {
  const angle = (2 * Math.PI * k) / 16;
  return [80 + 29 * Math.cos(angle), 60 + 12.4 * Math.sin(angle)] as [number, number];
});

const brown: Colour = [70, 40, 25];
const blue: Colour = [95, 130, 165];

describe('findLimbus', () => {
  const cases: [string, Colour, [number, number], object][] = [
    ['a brown iris that looks up', brown, [82, 53], {}],
    ['a blue iris that looks sideways', blue, [91, 61], {}],
    ['an iris with a highlight', brown, [74, 63], { highlight: true }],
    ['an eye in the shade', brown, [70, 57], { brightness: 0.2 }],
  ];
  test.each(cases)('%s', (_, colour, at, look) => {
    const guess = { x: 80, y: 60, radius: 12.6, roll: 0 };
    const found = findLimbus(eye(colour, at, look), guess, lids)!;
    expect(Math.hypot(found.x - at[0], found.y - at[1])).toBeLessThan(1);
    expect(Math.abs(found.radius - 12)).toBeLessThan(1);
    expect(found.explained).toBeGreaterThan(0.6);
  });

  test('the window turns with the face', () => {
    const turned = findLimbus(eye(brown, [88, 57]), { x: 80, y: 60, radius: 12, roll: 0.4 }, lids)!;
    expect(Math.hypot(turned.x - 88, turned.y - 57)).toBeLessThan(1);
  });

  test('an even surface explains nothing', () => {
    const even = createImagePyramid({ width: 160, height: 120, data: new Uint8Array(160 * 120 * 3).fill(120) });
    const found = findLimbus(even, { x: 80, y: 60, radius: 12, roll: 0 }, lids);
    expect(found!.explained).toBe(0);
  });

  test('closed lids show nothing', () => {
    const closed = lids.map(([x, y]) => [x, 60 + (y - 60) * 0.02] as [number, number]);
    expect(findLimbus(eye(brown, [80, 60]), { x: 80, y: 60, radius: 12, roll: 0 }, closed)).toBeUndefined();
  });
});
