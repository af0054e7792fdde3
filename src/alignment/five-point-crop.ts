import { type HeadModel } from '../flame/head-model.js';
import { type Alignment } from './alignment.js';
import { type FaceCrop } from './face-crop.js';

/** Side of the raster to which insightface aligns a face. */
export const fivePointSide = 112;

/**
 * Where insightface puts the subject's right eye, left eye, nose tip, right and left mouth corner in its raster; its
 * pixel centres are whole numbers, ours are halves.
 */
const target = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
].map((point) => point.map((value) => value + 0.5));

/** The same places among the 478 landmarks; an eye is the middle of its corners. */
const landmarks = [[33, 133], [362, 263], [1], [61], [291]];

/** Finds the crops of an alignment of the 478 landmarks, or of the vertices around them. */
export function createFivePointCropper(head: HeadModel, alignment: Alignment) {
  const { points, sigma, mu, viewCount } = alignment;
  const N = points.faces.length;
  const find = createLandmarkFinder(head, alignment);
  const places = landmarks.map((group) =>
    group.flatMap((landmark) => find(landmark).map(({ n, weight }) => ({ n, weight: weight / group.length }))),
  );
  /** The window of one picture, or `undefined` where the face was not seen. */
  return (frame: number, view: number): FaceCrop | undefined => {
    const from = (frame * viewCount + view) * N;
    if (places.flat().some(({ n }) => !(sigma[from + n] > 0))) return undefined;
    const seen = places.map((group) =>
      [0, 1].map((axis) => group.reduce((sum, { n, weight }) => sum + weight * mu[(from + n) * 2 + axis], 0)),
    );
    return cropOntoTarget(seen);
  };
}

/** Finds a landmark among an alignment's points: itself, or the vertices of the triangle it lies on. */
function createLandmarkFinder(head: HeadModel, { points, source }: Alignment) {
  const embedding = head.landmarks478;
  const pointOfVertex = new Map<number, number>();
  points.faces.forEach((face, n) => {
    const corner = points.barycentric.subarray(n * 3, n * 3 + 3).indexOf(1);
    if (corner >= 0) pointOfVertex.set(head.faces[face * 3 + corner], n);
  });
  return (landmark: number): { n: number; weight: number }[] => {
    const onHead = embedding && embedding.faces[landmark] >= 0;
    const coordinates = onHead ? embedding.barycentric.subarray(landmark * 3, landmark * 3 + 3) : [];
    const n = points.faces.findIndex(
      (face, k) =>
        face === embedding?.faces[landmark] && coordinates.every((value, a) => value === points.barycentric[k * 3 + a]),
    );
    if (n >= 0) return [{ n, weight: 1 }];
    const corners = Array.from(coordinates).flatMap((weight, k) =>
      weight > 0 ? [{ n: pointOfVertex.get(head.faces[embedding!.faces[landmark] * 3 + k]), weight }] : [],
    );
    if (corners.length === 0 || corners.some((corner) => corner.n === undefined)) {
      throw new Error(
        `five-point crop: expected an alignment of the 478 landmarks or of the vertices there, ` +
          `got '${source}' without landmark ${landmark}.`,
      );
    }
    return corners as { n: number; weight: number }[];
  };
}

/** The square window under which five points fall nearest to insightface's, by a least-squares similarity. */
export function cropOntoTarget(seen: number[][]): FaceCrop {
  const centroid = (points: number[][]) => [0, 1].map((axis) => points.reduce((sum, p) => sum + p[axis] / 5, 0));
  const [from, to] = [centroid(target), centroid(seen)];
  let [cosine, sine, size] = [0, 0, 0];
  target.forEach(([x, y], i) => {
    const [px, py] = [x - from[0], y - from[1]];
    const [qx, qy] = [seen[i][0] - to[0], seen[i][1] - to[1]];
    cosine += px * qx + py * qy;
    sine += px * qy - py * qx;
    size += px * px + py * py;
  });
  const [a, b] = [cosine / size, sine / size];
  const middle = fivePointSide / 2;
  const [dx, dy] = [middle - from[0], middle - from[1]];
  return {
    x: to[0] + a * dx - b * dy,
    y: to[1] + b * dx + a * dy,
    size: Math.hypot(a, b) * fivePointSide,
    roll: Math.atan2(b, a),
  };
}
