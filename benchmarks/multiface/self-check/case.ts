import { type Measurement } from '../../../src/evaluation/metric.js';
import { type CheckScene } from './scene.js';

/** How a case ended; `figures` are what it measured, by name and unit. */
export interface CaseOutcome {
  name: string;
  passed: boolean;
  detail: string;
  figures: Record<string, number>;
}

/** Something the benchmark must get right, with an answer that is known. */
export interface CheckCase {
  name: string;
  run(scene: CheckScene): Promise<Omit<CaseOutcome, 'name'>>;
}

/** A figure of a region, or an error where there was nothing to measure. */
export function figureOf({ groups }: Measurement, region: string, figure: string): number {
  const value = groups[region]?.[figure];
  if (typeof value !== 'number') throw new Error(`expected ${figure} of ${region}, got nothing to measure.`);
  return value;
}

/** The largest value of a figure over all regions. */
export function largest(measurement: Measurement, figure: string): number {
  return Math.max(...Object.keys(measurement.groups).map((region) => figureOf(measurement, region, figure)));
}

/** Passes where every figure is at most its limit. */
export function atMost(figures: Record<string, number>, limits: Record<string, number>): Omit<CaseOutcome, 'name'> {
  const parts = Object.entries(limits).map(([name, limit]) => `${name} ${short(figures[name])} (at most ${limit})`);
  const passed = Object.entries(limits).every(([name, limit]) => figures[name] <= limit);
  return { passed, detail: parts.join(', '), figures };
}

/** A number in four digits. */
export function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
