import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { worldVertices } from '../src/fitting/residuals.js';
import { assetPath } from '../src/io/asset-path.js';
import { loadHeadModel } from '../src/io/head-model-file.js';
import { parseResult } from '../src/io/result-file.js';
import { createRandom } from '../src/synth/random.js';
import { type BenchmarkResult } from './benchmark.js';

/** Metres: how far a vertex of a resumed run may be from that of an uninterrupted one. */
const tolerance = 1e-5;

/**
 * Kills `flowfit track` on the bundled sample 20 times at random moments, resumes it each time, and compares every
 * run that ends with one that was left alone.
 */
export async function resume(size: number): Promise<BenchmarkResult> {
  const folder = mkdtempSync(join(tmpdir(), 'flowfit-resume-'));
  const random = createRandom(20).fork('kills');
  const config = { format: 'flowfit-config/1', options: { checkpointSeconds: 0.2 } };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  try {
    const whole = await runTrack(folder, 'whole');
    const total = Math.max(1, Math.round(20 * size));
    const killedDuring: Record<string, number> = {};
    const differences: number[] = [];
    for (let kills = 0; kills < total || differences.length === 0;) {
      // Early moments more often: drawing the pictures takes longest and has the least to lose.
      const moment = kills < total ? random.uniform(0.1, 1) ** 2 * whole.seconds : undefined;
      const { killed } = await runTrack(folder, 'killed', moment);
      if (killed) {
        const phase = phaseOf(join(folder, 'killed'));
        killedDuring[phase] = (killedDuring[phase] ?? 0) + 1;
        kills++;
      } else {
        differences.push(await largestDifference(join(folder, 'whole'), join(folder, 'killed')));
        rmSync(join(folder, 'killed'), { recursive: true });
      }
    }
    const { solver } = JSON.parse(readFileSync(join(folder, 'whole', 'run.json'), 'utf8'));
    const largest = Math.max(...differences);
    return {
      seconds: whole.seconds,
      iterations: solver.iterations,
      finalEnergy: solver.energy,
      converged: largest <= tolerance,
      kills: total,
      killedDuring,
      resumedRuns: differences.length,
      largestVertexDifferenceM: largest,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Two cameras and twelve frames, from the pixels to the pictures; killed after so many seconds. */
function runTrack(folder: string, out: string, killAfter?: number): Promise<{ seconds: number; killed: boolean }> {
  const sample = assetPath('demo', 'sequence');
  const options = {
    cams: join(sample, 'calib.json'),
    cameras: 'cam0,cam2',
    frames: '0:12',
    config: join(folder, 'config.json'),
    out: join(folder, out),
  };
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const program = assetPath('..', 'bin', 'flowfit.js');
    const command = [program, 'track', join(sample, 'images'), ...words, '--overlay', '--resume'];
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
    const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), 1000 * killAfter);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 1) reject(new Error(`resume: flowfit track failed: ${complaint.trim()}`));
      else resolve({ seconds: (performance.now() - started) / 1000, killed: signal === 'SIGKILL' });
    });
  });
}

/** Where a run was when it was killed, by what its checkpoint holds. */
function phaseOf(out: string): string {
  const has = (name: string) => existsSync(join(out, '.checkpoint', name));
  if (!has('run.json')) return 'start';
  if (!has('fit.npz')) return 'align';
  return existsSync(join(out, 'cameras.json')) ? 'render' : 'fit';
}

/** Metres, over all vertices and frames of two results. */
async function largestDifference(a: string, b: string): Promise<number> {
  const head = await loadHeadModel();
  const [left, right] = [a, b].map((out) => parseResult(readFileSync(join(out, 'result.npz'))));
  let largest = 0;
  left.frameNumbers.forEach((_, frame) => {
    const other = worldVertices(head, right.parameters, frame);
    const own = worldVertices(head, left.parameters, frame);
    for (let v = 0; v < own.length; v += 3) {
      const distance = Math.hypot(own[v] - other[v], own[v + 1] - other[v + 1], own[v + 2] - other[v + 2]);
      largest = Math.max(largest, distance);
    }
  });
  return largest;
}
