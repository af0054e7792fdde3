import { type BorderChain, type ChainShape } from '../tensor/border-chain.js';
import { chainGraph } from '../tensor/chain-graph.js';
import { plainProducts, type ProductEngine } from '../tensor/product-engine.js';
import { productGraph } from '../tensor/product-graph.js';
import { loadOnnxRuntime } from './load-onnx-runtime.js';

const sessionOptions = {
  executionProviders: ['cpu'],
  logSeverityLevel: 4 as const,
  // Threads that wait for work leave the cores to the solver's own loops.
  extra: { session: { intra_op: { allow_spinning: '0' } } },
};

/**
 * Large products by ONNX Runtime: each constant becomes a graph of one node, which the runtime packs for its kernels,
 * each chain a graph that runs over its frames.
 *
 * @throws onnxruntime-node is not installed or does not load.
 */
export async function createOnnxProducts(): Promise<ProductEngine> {
  const runtime = await loadOnnxRuntime();
  return {
    name: 'onnxruntime',
    async constant(values, K, N) {
      const session = await runtime.InferenceSession.create(productGraph(values, K, N), sessionOptions);
      return {
        async multiply(left, rows) {
          const exact = left.length === rows * K ? left : left.subarray(0, rows * K);
          const { output } = await session.run({ input: new runtime.Tensor('float32', exact, [rows, K]) });
          return output.data as Float32Array;
        },
        dispose: () => session.release(),
      };
    },
    chain: (shape) => onnxChain(runtime, shape),
  };
}

async function onnxChain(
  { InferenceSession, Tensor }: Awaited<ReturnType<typeof loadOnnxRuntime>>,
  shape: ChainShape,
): Promise<BorderChain> {
  const { frameCount: F, n, s, coupled } = shape;
  const session = await InferenceSession.create(chainGraph(shape), sessionOptions);
  const tensor = (values: Float64Array, sizes: number[]) => new Tensor('float64', values, sizes);
  const zeros = {
    noGram: tensor(new Float64Array(s * s), [s, s]),
    ...(coupled && { noRow: tensor(new Float64Array(n * s), [n, s]) }),
  };
  const rows = new Float64Array(F * n * s);
  return {
    async run({ inverse, first, second }, border) {
      const links = coupled && { first: tensor(first, [F, n, n]), second: tensor(second, [F, n, n]) };
      const inputs = { border: tensor(border, [F, n, s]), inverse: tensor(inverse, [F, n, n]) };
      const { gram } = await session.run(
        { ...zeros, ...inputs, ...links },
        { gram: null, rows: tensor(rows, [F, n, s]) },
      );
      return { rows, gram: gram.data as Float64Array };
    },
    dispose: () => session.release(),
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
