import { createOnnxProducts } from '../../src/alignment/onnx-products.js';
import { plainProducts } from '../../src/tensor/product-engine.js';
import { seeded } from '../fixtures/seeded.js';

test.each([
  [1, 4, 3, true],
  [2, 4, 1, true],
  [5, 8, 6, true],
  [4, 4, 5, false],
])('%d frames of %d unknowns, %d at the border, coupled %s: by every engine', async (frameCount, n, s, coupled) => {
  const random = seeded(5);
  const fill = (length: number) => Float64Array.from({ length }, () => random() - 0.5);
  const [inverse, first, second] = [0, 1, 2].map(() => fill(frameCount * n * n));
  const border = fill(frameCount * n * s);
  const expected = new Float64Array(frameCount * n * s);
  const at = (t: number, i: number, j: number) => expected[(t * n + i) * s + j];
  for (let t = 0; t < frameCount; t++) {
    for (let j = 0; j < s; j++) {
      const left = Array.from({ length: n }, (_, i) => {
        let value = border[(t * n + i) * s + j];
        for (let k = 0; k < n && coupled; k++) {
          if (t > 0) value -= first[(t * n + i) * n + k] * at(t - 1, k, j);
          if (t > 1) value -= second[(t * n + i) * n + k] * at(t - 2, k, j);
        }
        return value;
      });
      for (let i = 0; i < n; i++) {
        expected[(t * n + i) * s + j] = left.reduce((sum, value, k) => sum + inverse[(t * n + k) * n + i] * value, 0);
      }
    }
  }
  for (const engine of [plainProducts, await createOnnxProducts()]) {
    const chain = await engine.chain({ frameCount, n, s, coupled });
    // The second run finds nothing of the first.
    await chain.run({ inverse: first, first: inverse, second }, border);
    const { rows, gram } = await chain.run({ inverse, first, second }, border);
    await chain.dispose();
    expected.forEach((value, i) => expect(rows[i]).toBeCloseTo(value, 10));
    for (let a = 0; a < s; a++) {
      for (let b = 0; b < s; b++) {
        let sum = 0;
        for (let i = 0; i < frameCount * n; i++) sum += expected[i * s + a] * expected[i * s + b];
        expect(gram[a * s + b]).toBeCloseTo(sum, 9);
      }
    }
  }
});
