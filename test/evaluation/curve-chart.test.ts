import { errorColour } from '../../src/evaluation/colour-scale.js';
import { curveChart } from '../../src/evaluation/curve-chart.js';

const labels = { x: 'window', y: 'px' };

test('a point for each value, none for gaps, names escaped', () => {
  const svg = curveChart([{ name: 'a<b', values: [1, null, 4] }], labels);
  const points = /points="([^"]*)"/.exec(svg)![1].split(' ');
  expect(points).toHaveLength(2);
  expect(svg).toContain('a&lt;b');
  expect(svg).not.toContain('NaN');
  // The value 4 stands above the value 1.
  const heights = points.map((point) => Number(point.split(',')[1]));
  expect(heights[1]).toBeLessThan(heights[0]);
});

test('flat zero curves have a chart; no values have none', () => {
  expect(curveChart([{ name: 'zero', values: [0, 0] }], labels)).not.toMatch(/NaN|Infinity/);
  expect(curveChart([{ name: 'none', values: [null] }], labels)).toBe('');
});

test('error colours: blue for none, red for the end of the scale and beyond', () => {
  expect(errorColour(0)).toEqual([45, 85, 175]);
  expect(errorColour(1)).toEqual([215, 60, 50]);
  expect(errorColour(7)).toEqual(errorColour(1));
  expect(errorColour(0.25)).toEqual([60, 165, 170]);
});
