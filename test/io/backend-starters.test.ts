import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * The compiled package, in processes of their own: jest cannot import a package from another folder as Node does, and a
 * backend once registered stays.
 */
const compiled = (file: string) => pathToFileURL(join(__dirname, '../../dist/src', file)).href;

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'flowfit-peers-'))));
afterEach(() => rm(folder, { recursive: true }));

/** Puts a stand-in package into the user's folder. */
async function install(name: string, code: string): Promise<void> {
  const path = join(folder, 'node_modules', name);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'package.json'), JSON.stringify({ name, version: '9.9.9', main: 'index.js' }));
  await writeFile(join(path, 'index.js'), code);
}

/** Starts a backend as a user in that folder would; the report, or the error's message. */
function start(forced?: string): { name?: string; refused?: { name: string; reason: string }[]; error?: string } {
  const script = `
    import { startBackend } from ${JSON.stringify(compiled('tensor/backend.js'))};
    import { backendStarters } from ${JSON.stringify(compiled('io/backend-starters.js'))};
    const answer = await startBackend(backendStarters(process.cwd()), ${JSON.stringify(forced)}).catch(
      (error) => ({ error: error.message }));
    console.log(JSON.stringify(answer));
    process.exit(0);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout.trim().split('\n').pop()!);
}

/** A stand-in for tfjs-node: the cpu kernels under its backend's name, on our tfjs core. */
const standIn = `
  const tf = require(${JSON.stringify(require.resolve('@tensorflow/tfjs'))});
  tf.copyRegisteredKernels('cpu', 'tensorflow');
  tf.registerBackend('tensorflow', tf.findBackendFactory('cpu'));`;

test('without peers wasm runs, and each peer is refused by name', () => {
  const { name, refused } = start();
  expect(name).toBe('wasm');
  expect(refused).toEqual([
    {
      name: 'tfjs-node-gpu',
      reason: 'the package @tensorflow/tfjs-node-gpu is not installed (npm install @tensorflow/tfjs-node-gpu).',
    },
    {
      name: 'tfjs-node',
      reason: 'the package @tensorflow/tfjs-node is not installed (npm install @tensorflow/tfjs-node).',
    },
    { name: 'webgpu', reason: 'the package webgpu is not installed (npm install webgpu).' },
  ]);
});

test('a peer in the user’s folder is found and runs before wasm', async () => {
  await install('@tensorflow/tfjs-node', standIn);
  const { name, refused } = start();
  expect(name).toBe('tfjs-node');
  expect(refused!.map((entry) => entry.name)).toEqual(['tfjs-node-gpu']);
});

test('the gpu peer comes before the other', async () => {
  await install('@tensorflow/tfjs-node', standIn);
  await install('@tensorflow/tfjs-node-gpu', standIn);
  expect(start()).toEqual({ name: 'tfjs-node-gpu', refused: [] });
});

test('a broken peer is refused with its reason and the next one runs', async () => {
  await install('@tensorflow/tfjs-node', "throw new Error('libtensorflow.so.2: cannot open shared object file');");
  const { name, refused } = start();
  expect(name).toBe('wasm');
  expect(refused![1]).toEqual({
    name: 'tfjs-node',
    reason: 'libtensorflow.so.2: cannot open shared object file',
  });
});

test('a peer on another tfjs core is refused', async () => {
  await install('@tensorflow/tfjs-node', 'module.exports = {};');
  expect(start().refused![1].reason).toBe('@tensorflow/tfjs-node is there but did not register with our tfjs core.');
});

test('a forced peer that is broken or absent is an error, never another backend', async () => {
  await install('@tensorflow/tfjs-node', "throw new Error('its binary is for another Node');");
  expect(start('tfjs-node')).toEqual({ error: 'backend tfjs-node: its binary is for another Node' });
  expect(start('tfjs-node-gpu').error).toMatch(/^backend tfjs-node-gpu: the package .* is not installed/);
});

test('a forced backend that is there is the only one tried', () => {
  expect(start('cpu')).toEqual({ name: 'cpu', refused: [] });
});
