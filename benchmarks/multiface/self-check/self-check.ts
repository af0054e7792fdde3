import { answers } from './answers.js';
import { type CaseOutcome, type CheckCase } from './case.js';
import { gaps } from './gaps.js';
import { mistakes } from './mistakes.js';
import { createScene } from './scene.js';

export interface SelfCheckOptions {
  onCase?: (outcome: CaseOutcome) => void;
  signal?: AbortSignal;
}

export interface SelfCheckOutcome {
  passed: number;
  failed: number;
  cases: CaseOutcome[];
}

/** Every case of the protocol's self-check; those that name a mistake come after those with a known figure. */
export const checkCases: CheckCase[] = [...answers, ...mistakes, ...gaps];

/** Runs the metrics of the benchmark on what has a known answer. */
export async function selfCheck({ onCase, signal }: SelfCheckOptions = {}): Promise<SelfCheckOutcome> {
  const scene = await createScene();
  const cases: CaseOutcome[] = [];
  try {
    for (const check of checkCases) {
      signal?.throwIfAborted();
      const outcome: CaseOutcome = await check.run(scene).then(
        (found) => ({ name: check.name, ...found }),
        (error: Error) => ({ name: check.name, passed: false, detail: error.message, figures: {} }),
      );
      cases.push(outcome);
      onCase?.(outcome);
    }
  } finally {
    await scene.remove();
  }
  const passed = cases.filter((outcome) => outcome.passed).length;
  return { passed, failed: cases.length - passed, cases };
}
