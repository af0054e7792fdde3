import { loadOnnxRuntime } from './load-onnx-runtime.js';
import { productGraph } from '../tensor/product-graph.js';
import { plainProducts, type ProductEngine } from '../tensor/product-engine.js';

/**
 * Large products by ONNX Runtime: each constant becomes a graph of one node, which the runtime packs for its kernels.
 *
 * @throws onnxruntime-node is not installed or does not load.
 */
export async function createOnnxProducts(): Promise<ProductEngine> {
  const { InferenceSession, Tensor } = await loadOnnxRuntime();
  return {
    name: 'onnxruntime',
    async constant(values, K, N) {
      const session = await InferenceSession.create(productGraph(values, K, N), {
        executionProviders: ['cpu'],
        logSeverityLevel: 4,
        extra: { session: { intra_op: { allow_spinning: '0' } } },
      });
      return {
        async multiply(left, rows) {
          const input = new Tensor('float32', left.length === rows * K ? left : left.subarray(0, rows * K), [rows, K]);
          const { output } = await session.run({ input });
          return output.data as Float32Array;
        },
        dispose: () => session.release(),
      };
    },
  };
}

/** The fastest engine that loads here: ONNX Runtime, else plain TypeScript. */
export async function fastestProducts(): Promise<ProductEngine> {
  try {
    return await createOnnxProducts();
  } catch {
    return plainProducts;
  }
}
