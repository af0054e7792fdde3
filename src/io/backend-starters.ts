import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { type BackendName, type BackendStarter } from '../tensor/backend.js';

const ownRequire = createRequire(import.meta.url);

/**
 * Resolves an optional peer from the user's folder first, then from ours.
 *
 * @throws the package is not installed in either.
 */
export function resolvePeer(name: string, userFolder: string): string {
  for (const require of [createRequire(join(userFolder, 'package.json')), ownRequire]) {
    try {
      return require.resolve(name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new Error(`the package ${name} is not installed (npm install ${name}).`);
}

async function importPeer(name: string, userFolder: string): Promise<unknown> {
  return import(pathToFileURL(resolvePeer(name, userFolder)).href);
}

/** tfjs-node registers itself as `tensorflow` when imported, on the tfjs core that it finds. */
function nodeStarter(name: string, userFolder: string): BackendStarter {
  return async () => {
    await importPeer(name, userFolder);
    if (!tf.findBackend('tensorflow')) throw new Error(`${name} is there but did not register with our tfjs core.`);
    return 'tensorflow';
  };
}

/** Dawn's Node binding brings `navigator.gpu`; the tfjs backend for it is a package of its own. */
function webgpuStarter(userFolder: string): BackendStarter {
  return async () => {
    const binding = (await importPeer('webgpu', userFolder)) as { create(options: string[]): GPU; globals: object };
    await importPeer('@tensorflow/tfjs-backend-webgpu', userFolder);
    Object.assign(globalThis, binding.globals);
    Object.defineProperty(globalThis, 'navigator', { value: { gpu: binding.create([]) }, configurable: true });
    const adapter = await binding.create([]).requestAdapter();
    if (!adapter) throw new Error('no graphics adapter answers.');
    return 'webgpu';
  };
}

interface GPU {
  requestAdapter(): Promise<unknown>;
}

function wasmStarter(): BackendStarter {
  return async () => {
    const folder = dirname(ownRequire.resolve('@tensorflow/tfjs-backend-wasm'));
    setWasmPaths(`${folder}/`);
    return 'wasm';
  };
}

/** How each tfjs backend starts in Node; `userFolder` is where optional peers are looked for first. */
export function backendStarters(userFolder: string): Record<BackendName, BackendStarter> {
  return {
    'tfjs-node-gpu': nodeStarter('@tensorflow/tfjs-node-gpu', userFolder),
    'tfjs-node': nodeStarter('@tensorflow/tfjs-node', userFolder),
    webgpu: webgpuStarter(userFolder),
    wasm: wasmStarter(),
    cpu: async () => 'cpu',
  };
}
