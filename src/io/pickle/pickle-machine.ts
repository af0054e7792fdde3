import { type Allocate, PickledObject } from './pickle-classes.js';
import { asGlobal, pickleGlobal } from './pickle-globals.js';
import { PickleStream } from './pickle-stream.js';

/** However little a file holds, this much may be made of it; bytes. */
const freeBytes = 64 * 2 ** 20;
/** Values may take this many times the file's size. */
const growth = 24;

/** The stack, the memo and the budget of memory of a pickle that is being read. */
export class PickleMachine {
  readonly stream: PickleStream;
  private stack: unknown[] = [];
  private readonly marked: unknown[][] = [];
  private readonly memo = new Map<number, unknown>();
  private budget: number;

  constructor(bytes: Uint8Array) {
    this.stream = new PickleStream(bytes);
    this.budget = freeBytes + growth * bytes.length;
  }

  readonly allocate: Allocate = (bytes) => {
    this.budget -= bytes;
    if (this.budget < 0) throw new Error(`it makes more than ${growth} times its own size of values; refused`);
  };

  push(value: unknown): void {
    this.stack.push(value);
  }

  pop(): unknown {
    if (this.stack.length === 0) throw new Error('it takes a value where there is none; the file is damaged');
    return this.stack.pop();
  }

  top(): unknown {
    const value = this.pop();
    this.stack.push(value);
    return value;
  }

  mark(): void {
    this.marked.push(this.stack);
    this.stack = [];
  }

  /** Everything above the last mark; the mark goes away. */
  popMark(): unknown[] {
    const items = this.stack;
    const below = this.marked.pop();
    if (!below) throw new Error('it ends a list that it never began; the file is damaged');
    this.stack = below;
    return items;
  }

  popMany(count: number): unknown[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  put(index: number): void {
    this.memo.set(index, this.top());
  }

  memoize(): void {
    this.put(this.memo.size);
  }

  get(index: number): void {
    if (!this.memo.has(index)) throw new Error(`it refers to the value ${index}, which it never stored`);
    this.push(this.memo.get(index));
  }

  global(module: string, name: string): void {
    this.push(pickleGlobal(module, name));
  }

  /** Calls what is below the arguments. */
  reduce(): void {
    const args = this.pop();
    if (!Array.isArray(args)) throw new Error('expected a tuple of arguments');
    const target = asGlobal(this.pop());
    this.push(target.call(args, this.allocate));
  }

  instance(args: unknown[]): void {
    const [target, ...rest] = args;
    this.push(asGlobal(target).call(rest, this.allocate));
  }

  build(): void {
    const state = this.pop();
    const target = this.top();
    if (target instanceof Map && state instanceof Map) return;
    if (!(target instanceof PickledObject)) throw new Error('it gives a state to a value that has none; refused');
    target.setState(state, this.allocate);
  }

  append(items: unknown[]): void {
    const target = this.top();
    if (!Array.isArray(target)) throw new Error('it appends to a value that is no list');
    for (const item of items) target.push(item);
  }

  add(items: unknown[]): void {
    const target = this.top();
    if (!(target instanceof Set)) throw new Error('it adds to a value that is no set');
    for (const item of items) target.add(item);
  }

  setItems(items: unknown[]): void {
    const target = this.top();
    if (!(target instanceof Map) || items.length % 2) throw new Error('it sets items of a value that is no dictionary');
    for (let i = 0; i < items.length; i += 2) target.set(items[i], items[i + 1]);
  }
}

/** A dictionary of `[key, value, key, value, ...]`. */
export function dictionary(items: unknown[]): Map<unknown, unknown> {
  const result = new Map<unknown, unknown>();
  for (let i = 0; i + 1 < items.length; i += 2) result.set(items[i], items[i + 1]);
  return result;
}
