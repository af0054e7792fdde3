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
