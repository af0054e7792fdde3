import { kernelBinary } from './kernel-binary.js';

/** The functions of `assembly/`; every argument is a count, a number or a byte address in the kernel's memory. */
interface KernelFunctions {
  memory: { buffer: ArrayBuffer; grow(pages: number): number };
  blendMesh(...args: number[]): void;
  blendMeshGradient(...args: number[]): void;
  sumLanes(...args: number[]): void;
  poseMeshes(...args: number[]): void;
  poseMeshesGradient(...args: number[]): void;
  reproject(...args: number[]): number;
  imageModel(...args: number[]): number;
  subtractProduct(...args: number[]): void;
  matrixRows(...args: number[]): void;
}

/** What the library uses of the WebAssembly of Node and browsers alike. */
interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
}

const pageBytes = 65536;
const { WebAssembly: api } = globalThis as unknown as { WebAssembly?: WebAssemblyApi };
const bytes = Uint8Array.from(atob(kernelBinary), (character) => character.charCodeAt(0));
let compiled: object | undefined;

/** Whether this runtime has WebAssembly with 128-bit vectors. */
export function kernelRunsHere(): boolean {
  return api?.validate(bytes) ?? false;
}

/** Fused loops over vertices and observations, and products of blocks, with a memory of their own. */
export class Kernel {
  readonly run: KernelFunctions;
  /** First free byte; the first page is the module's own. */
  private top = pageBytes;

  constructor() {
    compiled ??= new api!.Module(bytes);
    this.run = new api!.Instance(compiled).exports as KernelFunctions;
  }

  /** Byte address of `length` fresh numbers, all zero. */
  allocate(length: number): number {
    const address = this.top;
    this.top += Math.ceil(length / 4) * 16;
    const missing = this.top - this.run.memory.buffer.byteLength;
    if (missing > 0) this.run.memory.grow(Math.ceil(missing / pageBytes));
    this.view(address, length).fill(0);
    return address;
  }

  /** The same for numbers in double precision. */
  allocateDoubles(length: number): number {
    return this.allocate(length * 2);
  }

  /** Gives back everything that was allocated from `address` on. */
  release(address: number): void {
    this.top = address;
  }

  /** `length` numbers at an address; valid until the next allocation. */
  view(address: number, length: number): Float32Array {
    return new Float32Array(this.run.memory.buffer, address, length);
  }

  /** The same for numbers in double precision. */
  doubles(address: number, length: number): Float64Array {
    return new Float64Array(this.run.memory.buffer, address, length);
  }
}
