import { joinPair, type MeshPair } from './mesh-sequence.js';
import { type MeasureOptions } from './metric.js';

/** Calls `visit` with each of some items; lets the event loop run in between, so that a measurement can be stopped. */
export async function eachItem<Item>(
  items: Item[],
  visit: (item: Item) => void,
  { onProgress, signal }: MeasureOptions = {},
): Promise<void> {
  for (const [k, item] of items.entries()) {
    signal?.throwIfAborted();
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    visit(item);
    onProgress?.(k + 1, items.length);
  }
}

/** The same for the frame numbers that a pair shares. */
export function eachFrame(pair: MeshPair, visit: (frame: number) => void, options?: MeasureOptions): Promise<void> {
  return eachItem(joinPair(pair).frameNumbers, visit, options);
}
