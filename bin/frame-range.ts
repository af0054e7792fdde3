/**
 * Reads A:B:STEP, each part optional, as Python slices mean it.
 *
 * @throws it is not of that form, or the step is not positive.
 */
export function parseFrameRange(text: string): { start?: number; stop?: number; step?: number } {
  const match = /^(\d*)(?::(\d*)(?::(\d*))?)?$/.exec(text);
  if (!match || text === '') throw new Error(`--frames: expected A:B:STEP with whole numbers, got '${text}'.`);
  const [start, stop, step] = match.slice(1).map((part) => (part ? Number(part) : undefined));
  if (step === 0) throw new Error(`--frames: expected a step of at least 1, got '${text}'.`);
  if (!text.includes(':')) return { start, stop: start! + 1 };
  return { start, stop, step };
}
