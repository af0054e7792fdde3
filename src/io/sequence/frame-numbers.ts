import { basename } from 'node:path';

const naturalOrder = new Intl.Collator('en', { numeric: true });

/** Sorts names as people do: frame 2 before frame 10. */
export function sortNaturally(names: string[]): string[] {
  return [...names].sort((a, b) => naturalOrder.compare(a, b));
}

/**
 * Frame number of every file: the last number in its name. Where a file has none, or two have the same, all are
 * numbered by their order instead.
 */
export function numberFrames(files: string[]): { files: Map<number, string>; byName: boolean } {
  const sorted = sortNaturally(files);
  const numbers = sorted.map((file) => /(\d+)\D*$/.exec(basename(file).replace(/\.[^.]*$/, ''))?.[1]);
  const byName = numbers.every((number) => number !== undefined) && new Set(numbers.map(Number)).size === files.length;
  const pairs = sorted.map((file, i) => [byName ? Number(numbers[i]) : i, file] as const);
  return { files: new Map([...pairs].sort(([a], [b]) => a - b)), byName };
}
