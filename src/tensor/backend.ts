import * as tf from '@tensorflow/tfjs';

/** The tfjs backends, in the order in which they are tried. */
export const backendNames = ['tfjs-node-gpu', 'tfjs-node', 'webgpu', 'wasm', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];

/** Makes a backend known to tfjs and returns the name that tfjs gives it; throws with the reason where it cannot. */
export type BackendStarter = () => Promise<string>;

export interface BackendReport {
  /** The backend that runs. */
  name: BackendName;
  /** Each backend that was tried before and why it was refused. */
  refused: { name: BackendName; reason: string }[];
}

/**
 * Starts the first backend that really computes a tiny job.
 *
 * @param starters how to start each backend here (`io/backend-starters.ts` in Node).
 * @param forced only this one; where it does not start the error carries its reason, and no other is tried.
 */
export async function startBackend(
  starters: Partial<Record<BackendName, BackendStarter>>,
  forced?: BackendName,
): Promise<BackendReport> {
  tf.enableProdMode();
  const refused: BackendReport['refused'] = [];
  // Else the cpu backend advertises another package on the console.
  tf.enableProdMode();
  for (const name of forced ? [forced] : backendNames) {
    try {
      const starter = starters[name];
      if (!starter) throw new Error('there is no such backend here.');
      const registered = await starter();
      if (!(await tf.setBackend(registered))) throw new Error(`tfjs could not start its backend '${registered}'.`);
      await tf.ready();
      await checkBackend();
      return { name, refused };
    } catch (error) {
      refused.push({ name, reason: firstLine(error) });
    }
  }
  const reasons = refused.map(({ name, reason }) => `${name}: ${reason}`).join(' ');
  throw new Error(forced ? `backend ${reasons}` : `no tfjs backend starts here. ${reasons}`);
}

/** Whether the running backend keeps tensors in this process's memory, so that plain code may work on them. */
export function readsAtOnce(): boolean {
  return ['wasm', 'cpu'].includes(tf.getBackend());
}

/** A product and a gradient with a known answer: a backend that starts but computes nothing right is refused. */
async function checkBackend(): Promise<void> {
  const gradient = tf.tidy(() => {
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    return tf.grad((y) => tf.sum(tf.square(tf.matMul(y as tf.Tensor2D, tf.tensor2d([1, 0, 1, 1], [2, 2])))))(x);
  });
  const values = Array.from(await gradient.data());
  gradient.dispose();
  const expected = [6, 10, 14, 22];
  if (values.some((value, i) => Math.abs(value - expected[i]) > 1e-3)) {
    throw new Error(`its tiny job came out wrong: expected [${expected.join(', ')}], got [${values.join(', ')}].`);
  }
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0];
}
