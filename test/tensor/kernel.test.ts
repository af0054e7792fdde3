import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Kernel, kernelRunsHere } from '../../src/tensor/kernel/kernel.js';

test('the committed binary is what the sources compile to', () => {
  const build = join(__dirname, '..', '..', 'src', 'tensor', 'kernel', 'build.mjs');
  expect(() => execFileSync(process.execPath, [build, '--check'], { stdio: 'pipe' })).not.toThrow();
});

test('runs here, with zeroed memory that grows and is given back', () => {
  expect(kernelRunsHere()).toBe(true);
  const kernel = new Kernel();
  const first = kernel.allocate(5);
  const large = kernel.allocate(1_000_000);
  expect(first % 16).toBe(0);
  expect(large % 16).toBe(0);
  kernel.view(first, 5).fill(3);
  kernel.view(large, 1_000_000).fill(7);
  expect([...kernel.view(first, 5)]).toEqual([3, 3, 3, 3, 3]);
  kernel.release(large);
  expect(kernel.allocate(10)).toBe(large);
  expect([...kernel.view(large, 10)]).toEqual(new Array(10).fill(0));
});

test('two kernels do not share memory', () => {
  const [a, b] = [new Kernel(), new Kernel()];
  const address = a.allocate(4);
  expect(b.allocate(4)).toBe(address);
  a.view(address, 4).fill(1);
  expect([...b.view(address, 4)]).toEqual([0, 0, 0, 0]);
});

test('matrices of points times rows of a basis', () => {
  const [count, rows, basisWidth, rowWidth] = [8, 3, 28, 32];
  const kernel = new Kernel();
  const [matrices, basis, result] = [6 * count, rows * basisWidth, rows * rowWidth].map((n) => kernel.allocate(n));
  const H = kernel.view(matrices, 6 * count).map((_, i) => Math.sin(i));
  const b = kernel.view(basis, rows * basisWidth).map((_, i) => Math.cos(3 * i));
  kernel.view(matrices, H.length).set(H);
  kernel.view(basis, b.length).set(b);
  kernel.view(result, rows * rowWidth).fill(7);
  kernel.run.matrixRows(count, rows, matrices, basis, basisWidth * 4, result, rowWidth * 4);
  const entries = [
    [0, 1, 2],
    [1, 3, 4],
    [2, 4, 5],
  ];
  const computed = kernel.view(result, rows * rowWidth);
  for (let row = 0; row < rows; row++) {
    for (let n = 0; n < count; n++) {
      entries.forEach((line, axis) => {
        const expected = line.reduce(
          (sum, entry, k) => sum + H[entry * count + n] * b[row * basisWidth + k * count + n],
          0,
        );
        expect(computed[row * rowWidth + axis * count + n]).toBeCloseTo(expected, 5);
      });
    }
    // What follows the points in a row is left alone.
    expect(computed[row * rowWidth + 3 * count]).toBe(7);
  }
});
