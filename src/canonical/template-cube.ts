import { type HeadModel } from '../flame/head-model.js';
import { registerHead } from '../flame/registration/register-head.js';

/** A cube in a head's frame whose inside is the canonical unit cube. */
export interface TemplateCube {
  /** `[3]` metres, head frame: where the canonical point (0.5, 0.5, 0.5) lies. */
  centre: Float64Array;
  /** Metres. */
  side: number;
}

/** The cube's side over the longest side of the template's bounds: room for what stands off the skin. */
const margin = 1.05;

/**
 * The canonical cube of a head model: centred on the bounds of its template's vertices, 1.05 times their longest side.
 *
 * That of the open head is the space of the project's own canonical network and of its synthetic maps.
 */
export function templateCube({ template }: Pick<HeadModel, 'template'>): TemplateCube {
  const [lower, upper] = [new Float64Array(3).fill(Infinity), new Float64Array(3).fill(-Infinity)];
  template.forEach((value, i) => {
    lower[i % 3] = Math.min(lower[i % 3], value);
    upper[i % 3] = Math.max(upper[i % 3], value);
  });
  return {
    centre: lower.map((value, a) => (value + upper[a]) / 2),
    side: margin * Math.max(...upper.map((value, a) => value - lower[a])),
  };
}

/**
 * Canonical coordinates of points of a neutral head: `0.5 + (p - centre) / side`, held within [0, 1].
 *
 * @param points `[N, 3]` metres, frame of the cube's head.
 * @returns `[N, 3]` unit cube.
 */
export function cubeFromHead(points: ArrayLike<number>, { centre, side }: TemplateCube): Float32Array {
  return Float32Array.from(points, (value, i) => Math.min(1, Math.max(0, 0.5 + (value - centre[i % 3]) / side)));
}

/**
 * Points of the neutral head at canonical coordinates.
 *
 * @param canonical `[N, 3]` unit cube.
 * @returns `[N, 3]` metres, frame of the cube's head.
 */
export function headFromCube(canonical: ArrayLike<number>, { centre, side }: TemplateCube): Float64Array {
  return Float64Array.from(canonical, (value, i) => centre[i % 3] + (value - 0.5) * side);
}

/**
 * Embedding of a head model's vertices in the canonical cube of a reference head (the open head): where on the reference
 * the same places lie.
 *
 * The reference's own vertices are at their template's place exactly; those of another model where their registration
 * to the reference takes them.
 *
 * @returns `[V, 3]` unit cube.
 */
export function templateEmbedding(head: HeadModel, reference: HeadModel): Float32Array {
  const cube = templateCube(reference);
  return cubeFromHead(sharesTemplate(head, reference) ? head.template : registerHead(head, reference).positions, cube);
}

/** Whether the two are one head model, whatever else was added to either. */
function sharesTemplate(head: HeadModel, reference: HeadModel): boolean {
  return (
    head.vertexCount === reference.vertexCount &&
    (head.template === reference.template || head.template.every((value, i) => value === reference.template[i]))
  );
}
