import { createOnnxProducts } from '../../src/alignment/onnx-products.js';
import { plainProducts } from '../../src/tensor/product-engine.js';
import { seeded } from '../fixtures/seeded.js';

test.each([
  [1, 1, 1],
  [3, 5, 2],
  [8, 12, 16],
  [7, 130, 9],
])('products [%d, %d] x [., %d] of both engines are right', async (rows, K, N) => {
  const random = seeded(3);
  const fill = (length: number) => Float32Array.from({ length }, () => random() - 0.5);
  const [left, right] = [fill((rows + 2) * K), fill(K * N)];
  for (const engine of [plainProducts, await createOnnxProducts()]) {
    const constant = await engine.constant(right, K, N);
    const product = await constant.multiply(left, rows);
    await constant.dispose();
    expect(product.length).toBe(rows * N);
    product.forEach((value, i) => {
      let sum = 0;
      for (let k = 0; k < K; k++) sum += left[Math.floor(i / N) * K + k] * right[k * N + (i % N)];
      expect(value).toBeCloseTo(sum, 4);
    });
  }
});
