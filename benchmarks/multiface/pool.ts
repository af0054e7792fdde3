import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type JobOutcome, type JobOptions } from './job.js';
import { type ListedSequence } from './sequence-list.js';

export interface PoolOptions {
  /** How many processes; each holds one sequence at a time. */
  workers: number;
  /** Most JavaScript memory of a process, MiB; typed arrays and networks come on top. */
  memoryMiB?: number;
  job: JobOptions;
  onOutcome: (outcome: JobOutcome) => void;
  signal?: AbortSignal;
}

/** What a worker process is told, and what it answers. */
export interface WorkerTask {
  sequence: ListedSequence;
  job: JobOptions;
}

/**
 * Runs each sequence in a process of its own kind of memory: a few workers take them from the queue, one at a time. A
 * worker that dies costs its sequence, which becomes a failed one; another worker takes its place.
 */
export async function runPool(sequences: ListedSequence[], options: PoolOptions): Promise<void> {
  const queue = [...sequences];
  const lanes = Array.from({ length: Math.min(options.workers, queue.length) }, async () => {
    let worker: ChildProcess | undefined;
    try {
      for (let sequence = queue.shift(); sequence && !options.signal?.aborted; sequence = queue.shift()) {
        worker ??= startWorker(options.memoryMiB ?? 2048);
        const outcome = await askWorker(worker, { sequence, job: options.job }, options.signal);
        if (worker.exitCode !== null || worker.signalCode !== null) worker = undefined;
        if (outcome) options.onOutcome(outcome);
      }
    } finally {
      worker?.kill();
    }
  });
  await Promise.all(lanes);
  options.signal?.throwIfAborted();
}

function startWorker(memoryMiB: number): ChildProcess {
  const script = fileURLToPath(new URL('./worker.js', import.meta.url));
  return fork(script, { execArgv: [`--max-old-space-size=${memoryMiB}`], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
}

/** One sequence's outcome; `undefined` where the work was interrupted. */
function askWorker(worker: ChildProcess, task: WorkerTask, signal?: AbortSignal): Promise<JobOutcome | undefined> {
  return new Promise((resolve) => {
    let complaint = '';
    const hear = (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-2000));
    const finish = (outcome?: JobOutcome) => {
      worker.off('message', finish);
      worker.off('exit', exit);
      worker.stderr!.off('data', hear);
      signal?.removeEventListener('abort', stop);
      resolve(outcome);
    };
    const exit = (code: number | null, killedBy: string | null) => {
      if (signal?.aborted) return finish();
      const why = /heap out of memory/.test(complaint) ? 'it ran out of memory' : (killedBy ?? `exit code ${code}`);
      const message = `the worker process ended before it was done (${why}).`;
      finish({
        sequence: task.sequence,
        methods: task.job.methods.map((method) => ({ method, status: 'failed', message, seconds: 0 })),
      });
    };
    const stop = () => worker.kill('SIGTERM');
    worker.on('message', finish);
    worker.on('exit', exit);
    worker.stderr!.on('data', hear);
    signal?.addEventListener('abort', stop);
    worker.send(task);
  });
}
