import { type BlendBasis, type HeadModel, type LandmarkEmbedding } from './head-model.js';

/** A global looked up for every number is slow where the code runs in a context of its own, as under Jest. */
const { isFinite } = Number;
/** How far sums of weights may be from 1. */
const sumTolerance = 1e-3;

/**
 * Checks that a head model is what its docstring says: every length, finite numbers, indices inside their range,
 * weights that sum to 1, parents before children. The error says which part is wrong, what it should be and what it is.
 */
export function checkHeadModel(head: HeadModel): void {
  const where = `head model ${head.name}`;
  const { vertexCount, parents } = head;
  const jointCount = parents.length;
  const faceCount = head.faces.length / 3;
  if (vertexCount < 1 || jointCount < 1 || !Number.isInteger(faceCount) || faceCount < 1) {
    throw new Error(
      `${where}: expected vertices, triangles and joints, got ${vertexCount}, ${faceCount}, ${jointCount}.`,
    );
  }
  checkNumbers(where, 'template', head.template, vertexCount * 3);
  checkIndices(where, 'faces', head.faces, 0, vertexCount);
  checkBasis(where, 'shape', head.shape, vertexCount);
  checkBasis(where, 'expression', head.expression, vertexCount);
  if (head.poseBasis) checkNumbers(where, 'pose basis', head.poseBasis, 9 * (jointCount - 1) * vertexCount * 3);
  checkNumbers(where, 'joint regressor', head.jointRegressor, jointCount * vertexCount);
  checkNumbers(where, 'skinning weights', head.skinningWeights, vertexCount * jointCount);
  checkSums(where, 'the skinning weights of vertex', head.skinningWeights, jointCount);
  checkParents(where, head);
  for (const [name, limits] of Object.entries(head.jointLimits ?? {})) {
    checkStatistics(where, `joint ${name}`, limits, jointCount * 3);
  }
  checkSurface(where, head, faceCount);
}

/** The parts that lie on the surface: UV layouts, regions, weights, landmarks, the mirror map. */
function checkSurface(where: string, head: HeadModel, faceCount: number): void {
  const { vertexCount } = head;
  for (const [name, { uv, uvFaces, uvVertices, registeredTo }] of Object.entries(head.uvLayouts)) {
    checkNumbers(where, `UV layout ${name}`, uv, uv.length);
    checkLength(where, `corners of UV layout ${name}`, uvFaces, faceCount * 3);
    checkIndices(where, `corners of UV layout ${name}`, uvFaces, 0, uv.length / 2);
    checkLength(where, `vertices of UV layout ${name}`, uvVertices, vertexCount * 2);
    if (registeredTo === undefined) checkNumbers(where, `vertices of UV layout ${name}`, uvVertices, vertexCount * 2);
  }
  for (const [name, region] of Object.entries(head.regions)) {
    checkLength(where, `region ${name}`, region, vertexCount);
    checkIndices(where, `region ${name}`, region, 0, 2);
  }
  if (head.vertexWeights) checkNumbers(where, 'vertex weights', head.vertexWeights, vertexCount);
  checkLandmarks(where, 'landmarks68', head.landmarks68, 68, faceCount);
  checkLandmarks(where, 'landmarks478', head.landmarks478, 478, faceCount);
  if (head.mirror) {
    checkLength(where, 'mirror', head.mirror, vertexCount);
    checkIndices(where, 'mirror', head.mirror, 0, vertexCount);
  }
}

function checkBasis(where: string, kind: string, basis: BlendBasis, vertexCount: number): void {
  const { count, names } = basis;
  checkNumbers(where, `${kind} basis`, basis.basis, count * vertexCount * 3);
  checkNumbers(where, `${kind} mean`, basis.mean, count);
  checkNumbers(where, `${kind} sigma`, basis.sigma, count);
  const wrong = basis.sigma.findIndex((sigma) => sigma <= 0);
  if (wrong >= 0)
    throw new Error(`${where}: expected a positive ${kind} sigma, got ${basis.sigma[wrong]} at ${wrong}.`);
  checkStatistics(where, `${kind} lower bound`, basis.lower, count);
  checkStatistics(where, `${kind} upper bound`, basis.upper, count);
  const crossed = basis.lower.findIndex((lower, i) => lower > basis.upper[i]);
  if (crossed >= 0)
    throw new Error(`${where}: expected lower before upper ${kind} bounds, got them crossed at ${crossed}.`);
  if (names && names.length !== count) {
    throw new Error(`${where}: expected ${count} ${kind} names, got ${names.length}.`);
  }
}

function checkParents(where: string, { parents, jointNames }: HeadModel): void {
  parents.forEach((parent, joint) => {
    if (joint === 0 ? parent !== -1 : parent < 0 || parent >= joint) {
      const expected = joint === 0 ? '-1, as it is the root' : 'an earlier joint';
      throw new Error(`${where}: expected the parent of joint ${joint} to be ${expected}, got ${parent}.`);
    }
  });
  if (jointNames.length !== parents.length) {
    throw new Error(`${where}: expected ${parents.length} joint names, got ${jointNames.length}.`);
  }
}

function checkLandmarks(
  where: string,
  name: string,
  landmarks: LandmarkEmbedding | undefined,
  count: number,
  faceCount: number,
): void {
  if (!landmarks) return;
  const { faces, barycentric, spread } = landmarks;
  checkLength(where, `triangles of ${name}`, faces, count);
  checkIndices(where, `triangles of ${name}`, faces, -1, faceCount);
  checkNumbers(where, `barycentric coordinates of ${name}`, barycentric, count * 3);
  checkSums(where, `the barycentric coordinates of ${name}`, barycentric, 3, (i) => faces[i] >= 0);
  if (spread) checkNumbers(where, `spread of ${name}`, spread, count);
}

function checkLength(where: string, what: string, data: ArrayLike<number>, length: number): void {
  if (data.length !== length) throw new Error(`${where}: expected ${length} values of ${what}, got ${data.length}.`);
}

function checkNumbers(where: string, what: string, data: Float32Array, length: number): void {
  checkLength(where, what, data, length);
  for (let i = 0; i < length; i++) {
    if (!isFinite(data[i])) {
      throw new Error(`${where}: expected finite numbers in ${what}, got ${data[i]} at ${i}.`);
    }
  }
}

/** Bounds may be infinite, but not NaN. */
function checkStatistics(where: string, what: string, data: Float32Array, length: number): void {
  checkLength(where, what, data, length);
  const wrong = data.findIndex(Number.isNaN);
  if (wrong >= 0) throw new Error(`${where}: expected numbers in ${what}, got NaN at ${wrong}.`);
}

function checkIndices(where: string, what: string, data: ArrayLike<number>, first: number, end: number): void {
  for (let i = 0; i < data.length; i++) {
    if (data[i] < first || data[i] >= end) {
      throw new Error(`${where}: expected ${what} between ${first} and ${end - 1}, got ${data[i]} at ${i}.`);
    }
  }
}

function checkSums(
  where: string,
  what: string,
  data: Float32Array,
  width: number,
  counts?: (i: number) => boolean,
): void {
  for (let i = 0; i < data.length / width; i++) {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += data[i * width + k];
    if (Math.abs(sum - 1) > sumTolerance && (counts?.(i) ?? true)) {
      throw new Error(`${where}: expected ${what} ${i} to sum to 1, got ${sum}.`);
    }
  }
}
