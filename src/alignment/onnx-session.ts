import { existsSync } from 'node:fs';
import type { InferenceSession } from 'onnxruntime-node';
import { floatToHalf, halfToFloat } from '../tensor/half-float.js';
import { loadOnnxRuntime } from './load-onnx-runtime.js';

/** Where a network runs; `auto` takes the first of cuda, webgpu and cpu that starts. */
export type Device = 'auto' | 'cuda' | 'webgpu' | 'cpu';

export interface OnnxTensor {
  data: Float32Array;
  dims: readonly number[];
}

/** An input or output that a network declares. */
export interface OnnxPort {
  name: string;
  /** ONNX Runtime's name of the element type; float16 is converted, so callers see float32 alone. */
  type: string;
  /** Sizes; a name where the size is free. */
  shape: readonly (number | string)[];
}

/** A loaded network: which execution provider runs it and why the ones before it did not start. */
export interface OnnxSession {
  provider: Exclude<Device, 'auto'>;
  refused: { provider: string; reason: string }[];
  inputNames: readonly string[];
  outputNames: readonly string[];
  inputs: readonly OnnxPort[];
  outputs: readonly OnnxPort[];
  run(inputs: Record<string, OnnxTensor>): Promise<Record<string, OnnxTensor>>;
  release(): Promise<void>;
}

export interface OnnxSessionOptions {
  device?: Device;
  /** Threads of the cpu provider; 0 takes one per core. */
  threads?: number;
}

/**
 * Starts a network in ONNX Runtime.
 *
 * Providers are tried one by one: a list of several throws where its first member is missing instead of falling back.
 * A device named by the caller is the only one tried.
 *
 * @param network a path or the bytes of an `.onnx` file.
 */
export async function createOnnxSession(
  network: string | Uint8Array,
  { device = 'auto', threads = 0 }: OnnxSessionOptions = {},
): Promise<OnnxSession> {
  const { InferenceSession: Session, Tensor } = await loadOnnxRuntime();
  const candidates = device === 'auto' ? (['cuda', 'webgpu', 'cpu'] as const) : ([device] as const);
  const refused: OnnxSession['refused'] = [];
  for (const provider of candidates) {
    const options: InferenceSession.SessionOptions = { executionProviders: [provider], logSeverityLevel: 4 };
    // Threads that wait by spinning would take the cores from everything else between two small networks.
    options.extra = { session: { intra_op: { allow_spinning: '0' } } };
    if (threads > 0) options.intraOpNumThreads = threads;
    try {
      if (device === 'auto' && provider === 'webgpu' && !hasGraphicsDevice())
        throw new Error('this machine shows no graphics device');
      const session = await (typeof network === 'string'
        ? Session.create(network, options)
        : Session.create(network, options));
      const inputs = session.inputMetadata.map(port);
      const halves = new Set(inputs.filter(({ type }) => type === 'float16').map(({ name }) => name));
      return {
        provider,
        refused,
        inputNames: session.inputNames,
        outputNames: session.outputNames,
        inputs,
        outputs: session.outputMetadata.map(port),
        async run(given) {
          const feeds = Object.fromEntries(
            Object.entries(given).map(([name, { data, dims }]) => [
              name,
              halves.has(name) ? new Tensor('float16', floatToHalf(data), dims) : new Tensor('float32', data, dims),
            ]),
          );
          const outputs = Object.entries(await session.run(feeds));
          return Object.fromEntries(
            outputs.map(([name, { type, data, dims }]) => [
              name,
              { data: type === 'float16' ? halfToFloat(data as Uint16Array) : (data as Float32Array), dims },
            ]),
          );
        },
        release: () => session.release(),
      };
    } catch (error) {
      refused.push({ provider, reason: firstLine(error) });
    }
  }
  const reasons = refused.map(({ provider, reason }) => `${provider}: ${reason}`).join('; ');
  throw new Error(`createOnnxSession: expected device '${device}' to start, got ${reasons}.`);
}

function port(metadata: InferenceSession.ValueMetadata): OnnxPort {
  const { name } = metadata;
  return metadata.isTensor ? { name, type: metadata.type, shape: metadata.shape } : { name, type: 'other', shape: [] };
}

/** Asking a machine without a graphics device for WebGPU makes the drivers complain on stderr, past every log level. */
function hasGraphicsDevice(): boolean {
  return process.platform !== 'linux' || ['/dev/dri', '/dev/nvidia0', '/dev/dxg'].some((path) => existsSync(path));
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0].replace(/\.$/, '');
}
