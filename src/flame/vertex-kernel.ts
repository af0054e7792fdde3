import * as tf from '@tensorflow/tfjs';
import { Kernel } from '../tensor/kernel/kernel.js';
import { type HeadModel } from './head-model.js';
import { frameBasis, offsetRows, type VertexEngine } from './vertex-engine.js';
import { columnTiles, meshTiles, tileCount, tileIndex, tileSize, tileVertices } from './vertex-tiles.js';

/** Addresses of what grows with the number of frames, which is padded to an even one. */
interface FrameBuffers {
  frameCount: number;
  coefficients: number;
  transforms: number;
  unposed: number;
  world: number;
  coefficientLanes: number;
  transformLanes: number;
}

/**
 * Blend shapes, pose correctives and skinning in one pass over the vertices, and their gradient in another, behind
 * `tf.customGrad`: for backends whose tensors can be read at once.
 */
export class VertexKernel implements VertexEngine {
  private readonly kernel = new Kernel();
  private readonly size: { n: number; tiles: number; S: number; K: number; J: number };
  private readonly template: Float32Array;
  private readonly offsetRows: Int32Array;
  private readonly shapeBasis: number;
  private readonly frameBasis: number;
  private readonly weights: number;
  private readonly shape: number;
  private readonly shapeLanes: number;
  private readonly base: number;
  private readonly neutralMesh: number;
  private readonly neutralGradient: number;
  private readonly scratch: number;
  private buffers?: FrameBuffers;
  /** Number of the forward pass whose unposed vertices the kernel's memory holds. */
  private pass = 0;

  constructor(head: HeadModel, vertexIds: Int32Array, offsetVertices: Int32Array) {
    const varying = frameBasis(head);
    const [n, J, S, K] = [vertexIds.length, head.parents.length, head.shape.count, varying.count];
    const tiles = tileCount(n);
    this.size = { n, tiles, S, K, J };
    this.template = meshTiles(head.template, 1, head.vertexCount, vertexIds);
    this.offsetRows = offsetRows(offsetVertices, vertexIds);
    this.shapeBasis = this.place(meshTiles(head.shape.basis, S, head.vertexCount, vertexIds));
    this.frameBasis = this.place(meshTiles(varying.basis, K, head.vertexCount, vertexIds));
    this.weights = this.place(columnTiles(head.skinningWeights, J, vertexIds));
    this.shape = this.kernel.allocate(S);
    this.shapeLanes = this.kernel.allocate(S * 4);
    this.base = this.kernel.allocate(tiles * tileSize);
    this.neutralMesh = this.kernel.allocate(tiles * tileSize);
    this.neutralGradient = this.kernel.allocate(tiles * tileSize);
    this.scratch = this.kernel.allocate(2 * tileSize);
  }

  pose(shape: tf.Tensor, offsets: tf.Tensor | undefined, coefficients: tf.Tensor, transforms: tf.Tensor): tf.Tensor3D {
    const posed = tf.customGrad((...given) => {
      const save = given.pop() as tf.GradSaveFunc;
      const inputs = given as tf.Tensor[];
      save(inputs);
      const pass = this.runPose(inputs);
      return {
        value: this.readWorld(coefficients.shape[0]),
        gradFunc: (upstream, saved) => this.poseGradient(upstream as tf.Tensor, saved as tf.Tensor[], pass),
      };
    });
    const inputs = [shape, coefficients, transforms];
    return posed(...(offsets ? [...inputs, offsets] : inputs)) as tf.Tensor3D;
  }

  neutral(shape: tf.Tensor, offsets: tf.Tensor | undefined): tf.Tensor3D {
    const { n, tiles } = this.size;
    const blended = tf.customGrad((...given) => {
      const [beta, moved] = given.slice(0, -1) as tf.Tensor[];
      this.runNeutral(beta, moved);
      return {
        value: tf.tensor3d(fromTiles(this.kernel.view(this.neutralMesh, tiles * tileSize), n), [3, 1, n]),
        gradFunc: (upstream) => {
          const planes = (upstream as tf.Tensor).dataSync() as Float32Array;
          toTiles(planes, n, this.kernel.view(this.neutralGradient, tiles * tileSize));
          return [this.shapeGradient(), ...(offsets ? [this.offsetGradient(offsets)] : [])];
        },
      };
    });
    return blended(...(offsets ? [shape, offsets] : [shape])) as tf.Tensor3D;
  }

  /** The kernel's memory goes with the object. */
  dispose(): void {}

  private runNeutral(shape: tf.Tensor, offsets: tf.Tensor | undefined): void {
    const { tiles, S } = this.size;
    const base = this.kernel.view(this.base, tiles * tileSize);
    base.set(this.template);
    if (offsets) {
      const values = offsets.dataSync();
      const M = offsets.shape[1]!;
      this.offsetRows.forEach((m, i) => {
        for (let axis = 0; m >= 0 && axis < 3; axis++) base[tileIndex(axis, i)] += values[axis * M + m];
      });
    }
    this.kernel.view(this.shape, S).set(shape.dataSync());
    this.kernel.run.blendMesh(tiles, S, this.base, this.shapeBasis, this.shape, this.neutralMesh);
  }

  /** Runs the forward pass and returns its number. */
  private runPose([shape, coefficients, transforms, offsets]: tf.Tensor[]): number {
    const { tiles, K, J } = this.size;
    const buffers = this.frameBuffers(coefficients.shape[0]);
    this.runNeutral(shape, offsets);
    this.kernel.view(buffers.coefficients, coefficients.size).set(coefficients.dataSync());
    this.kernel.view(buffers.transforms, transforms.size).set(transforms.dataSync());
    const blend = [this.neutralMesh, this.frameBasis, buffers.coefficients];
    const skin = [buffers.transforms, this.weights, buffers.unposed, buffers.world];
    this.kernel.run.poseMeshes(tiles, even(buffers.frameCount), K, J, ...blend, ...skin);
    return ++this.pass;
  }

  private poseGradient(upstream: tf.Tensor, saved: tf.Tensor[], pass: number): tf.Tensor[] {
    if (pass !== this.pass) this.runPose(saved);
    const { kernel } = this;
    const { tiles, K, J } = this.size;
    const [, coefficients, transforms, offsets] = saved;
    const buffers = this.frameBuffers(coefficients.shape[0]);
    const F = even(buffers.frameCount);
    this.writeWorld(upstream.dataSync() as Float32Array);
    kernel.view(this.neutralGradient, tiles * tileSize).fill(0);
    kernel.view(buffers.coefficientLanes, F * K * 4).fill(0);
    kernel.view(buffers.transformLanes, F * 12 * J * 4).fill(0);
    const given = [this.frameBasis, buffers.transforms, this.weights, buffers.unposed, buffers.world, this.scratch];
    const results = [this.neutralGradient, buffers.coefficientLanes, buffers.transformLanes];
    kernel.run.poseMeshesGradient(tiles, F, K, J, ...given, ...results);
    return [
      this.shapeGradient(),
      this.sums(buffers.coefficientLanes, coefficients.shape),
      this.sums(buffers.transformLanes, transforms.shape),
      ...(offsets ? [this.offsetGradient(offsets)] : []),
    ];
  }

  /** `[1, S]`, of the neutral mesh's gradient. */
  private shapeGradient(): tf.Tensor {
    const { tiles, S } = this.size;
    this.kernel.view(this.shapeLanes, S * 4).fill(0);
    this.kernel.run.blendMeshGradient(tiles, S, this.shapeBasis, this.neutralGradient, this.shapeLanes);
    return this.sums(this.shapeLanes, [1, S]);
  }

  /** `[3, M]`, of the neutral mesh's gradient. */
  private offsetGradient({ shape, size }: tf.Tensor): tf.Tensor {
    const M = shape[1]!;
    const gradient = new Float32Array(size);
    const mesh = this.kernel.view(this.neutralGradient, this.size.tiles * tileSize);
    this.offsetRows.forEach((m, i) => {
      for (let axis = 0; m >= 0 && axis < 3; axis++) gradient[axis * M + m] += mesh[tileIndex(axis, i)];
    });
    return tf.tensor(gradient, shape);
  }

  /** The kernel adds in four lanes; their sums as a tensor. */
  private sums(lanes: number, shape: number[]): tf.Tensor {
    const size = shape.reduce((product, length) => product * length, 1);
    this.kernel.run.sumLanes(size, lanes, lanes);
    return tf.tensor(this.kernel.view(lanes, size).slice(), shape);
  }

  private readWorld(frameCount: number): tf.Tensor3D {
    const { n } = this.size;
    const world = new Float32Array(3 * frameCount * n);
    this.worldRows(frameCount).forEach((row, k) => world.set(row, k * n));
    return tf.tensor3d(world, [3, frameCount, n]);
  }

  private writeWorld(planes: Float32Array): void {
    const { n } = this.size;
    this.worldRows(planes.length / (3 * n)).forEach((row, k) => row.set(planes.subarray(k * n, (k + 1) * n)));
  }

  /** The kernel's x, y and z of each frame, without padding. */
  private worldRows(frameCount: number): Float32Array[] {
    const { n, tiles } = this.size;
    const { world } = this.frameBuffers(frameCount);
    const stride = tiles * tileVertices;
    return Array.from({ length: 3 * frameCount }, (_, k) => {
      const row = Math.floor(k / frameCount) * even(frameCount) + (k % frameCount);
      return this.kernel.view(world + row * stride * 4, n);
    });
  }

  private frameBuffers(frameCount: number): FrameBuffers {
    if (this.buffers?.frameCount === frameCount) return this.buffers;
    const { kernel } = this;
    const { tiles, K, J } = this.size;
    if (this.buffers) kernel.release(this.buffers.coefficients);
    const F = even(frameCount);
    this.buffers = {
      frameCount,
      coefficients: kernel.allocate(F * K),
      transforms: kernel.allocate(F * 12 * J),
      unposed: kernel.allocate(F * tiles * tileSize),
      world: kernel.allocate(F * tiles * tileSize),
      coefficientLanes: kernel.allocate(F * K * 4),
      transformLanes: kernel.allocate(F * 12 * J * 4),
    };
    return this.buffers;
  }

  private place(values: Float32Array): number {
    const address = this.kernel.allocate(values.length);
    this.kernel.view(address, values.length).set(values);
    return address;
  }
}

/** The kernel takes frames in pairs. */
function even(frameCount: number): number {
  return frameCount + (frameCount % 2);
}

/** One mesh's tiles as planes `[3, n]`, and back. */
function fromTiles(tiles: Float32Array, n: number): Float32Array {
  return Float32Array.from({ length: 3 * n }, (_, k) => tiles[tileIndex(Math.floor(k / n), k % n)]);
}

function toTiles(planes: Float32Array, n: number, tiles: Float32Array): void {
  tiles.fill(0);
  planes.forEach((value, k) => (tiles[tileIndex(Math.floor(k / n), k % n)] = value));
}
