import { runJob } from './job.js';
import { type WorkerTask } from './pool.js';

/** A worker process of the benchmark: one sequence after the other, as its parent sends them. */
process.on('message', ({ sequence, job }: WorkerTask) => {
  void runJob(sequence, job).then((outcome) => process.send!(outcome));
});
process.on('disconnect', () => process.exit());
