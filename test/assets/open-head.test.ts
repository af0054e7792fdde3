import { type HeadModel, type LandmarkEmbedding } from '../../src/flame/head-model.js';
import { poseHead, regressJoints } from '../../src/flame/pose-head.js';
import { rasterise } from '../../src/geometry/rasterise.js';
import { loadHeadModel } from '../../src/io/head-model-file.js';

let head: HeadModel;
beforeAll(async () => {
  head = await loadHeadModel();
});

const symmetricCount = 80;
const jawOpen = [0, 0, 0, 0, 0, 0, (20 * Math.PI) / 180, 0, 0, 0, 0, 0, 0, 0, 0];

function expressionOf(values: Record<string, number>): Float64Array {
  const expression = new Float64Array(head.expression.count);
  for (const [name, value] of Object.entries(values)) {
    expect(head.expression.names).toContain(name);
    expression[head.expression.names!.indexOf(name)] = value;
  }
  return expression;
}

/** Largest distance between corresponding vertices, metres. */
function worstDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < a.length; i += 3) {
    worst = Math.max(worst, Math.hypot(a[i] - b[i], a[i + 1] - b[i + 1], a[i + 2] - b[i + 2]));
  }
  return worst;
}

function mirrored(vertices: ArrayLike<number>): Float64Array {
  const result = new Float64Array(vertices.length);
  head.mirror!.forEach((twin, v) => {
    result.set([-vertices[twin * 3], vertices[twin * 3 + 1], vertices[twin * 3 + 2]], v * 3);
  });
  return result;
}

/** Pixels (0.25 mm at the face) on which the given regions are seen, in a square of 90 mm around `centre`. */
function visiblePixels(vertices: ArrayLike<number>, regions: string[], centre: number[], yaw = 0): number {
  const [cos, sin] = [Math.cos(yaw), Math.sin(yaw)];
  // Rows: right, down and forward of a camera one metre away.
  const rows = [
    [cos, 0, -sin],
    [0, -1, 0],
    [-sin, 0, -cos],
  ];
  const cameraFromWorld = rows.flatMap((row, axis) => [
    ...row,
    (axis === 2 ? 1 : 0) - (row[0] * centre[0] + row[1] * centre[1] + row[2] * centre[2]),
  ]);
  const size = 360;
  const K = Float64Array.from([4000, 0, size / 2, 0, 4000, size / 2, 0, 0, 1]);
  const camera = {
    id: 'front',
    K,
    cameraFromWorld: Float64Array.from([...cameraFromWorld, 0, 0, 0, 1]),
    distortion: new Float64Array(5),
    width: size,
    height: size,
  };
  const { faceIndex } = rasterise(vertices, head.faces, camera, { cullBackFaces: false });
  let count = 0;
  for (const face of faceIndex) {
    const corners = face < 0 ? [] : [0, 1, 2].map((corner) => head.faces[face * 3 + corner]);
    if (corners.length && regions.some((name) => corners.every((v) => head.regions[name][v]))) count++;
  }
  return count;
}

const eyeCentre = (side: 'left' | 'right') => {
  const joint = head.jointNames.indexOf(`${side}_eye`);
  return Array.from(regressJoints(head, head.template).subarray(joint * 3, joint * 3 + 3));
};

/** Place of landmark `n` on the template, metres. */
const landmarkPoint = ({ faces, barycentric }: LandmarkEmbedding, n: number) =>
  [0, 1, 2].map((axis) =>
    [0, 1, 2].reduce(
      (sum, c) => sum + barycentric[n * 3 + c] * head.template[head.faces[faces[n] * 3 + c] * 3 + axis],
      0,
    ),
  );

/** Middle of the mouth: landmarks 62 and 66. */
function mouthCentre(): number[] {
  const [upper, lower] = [62, 66].map((n) => landmarkPoint(head.landmarks68!, n));
  return upper.map((value, axis) => (value + lower[axis]) / 2);
}

test('the default model is the open head', () => {
  expect(head.name).toBe('open-head');
  expect(head.licence).toBe('CC0-1.0');
  expect(head.vertexCount).toBeGreaterThanOrEqual(5000);
  expect(head.vertexCount).toBeLessThanOrEqual(6500);
  expect(head.shape.count).toBe(100);
  expect(head.expression.count).toBeGreaterThanOrEqual(49);
  expect(head.jointNames).toEqual(['root', 'neck', 'jaw', 'left_eye', 'right_eye']);
  expect(head.uvLayouts['open-head/1']).toBeDefined();
  expect(head.landmarks68!.faces.length).toBe(68);
});

test('triangles: none degenerate, each edge used at most once per direction, facing outward', () => {
  const { template: p, faces } = head;
  const edges = new Set<number>();
  let volume = 0;
  for (let t = 0; t < faces.length; t += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => p.subarray(faces[t + k] * 3, faces[t + k] * 3 + 3));
    const [u, v] = [b, c].map((corner) => corner.map((value, axis) => value - a[axis]));
    const normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    expect(Math.hypot(...normal) / 2).toBeGreaterThan(1e-9);
    volume += (a[0] * normal[0] + a[1] * normal[1] + a[2] * normal[2]) / 6;
    for (let k = 0; k < 3; k++) edges.add(faces[t + k] * head.vertexCount + faces[t + ((k + 1) % 3)]);
  }
  expect(edges.size).toBe(faces.length);
  expect(volume).toBeGreaterThan(0.003);
});

test('identity components are orthogonal over the skin', () => {
  const { basis, count } = head.shape;
  const skin = Array.from(head.regions.skin.keys()).filter((v) => head.regions.skin[v]);
  const columns = Array.from({ length: count }, (_, k) => {
    const column = new Float64Array(skin.length * 3);
    skin.forEach((v, i) => column.set(basis.subarray((k * head.vertexCount + v) * 3).subarray(0, 3), i * 3));
    const length = Math.sqrt(column.reduce((sum, value) => sum + value * value, 0));
    return column.map((value) => value / length);
  });
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < a; b++) {
      const product = columns[a].reduce((sum, value, i) => sum + value * columns[b][i], 0);
      expect(Math.abs(product)).toBeLessThan(0.01);
    }
  }
});

test('zero parameters give the template', () => {
  expect(worstDistance(poseHead(head, { jointPose: new Float64Array(15) }), head.template)).toBeLessThan(1e-6);
});

test('the template is mirror-symmetric, and mirrored parameters give the mirrored mesh', () => {
  expect(worstDistance(mirrored(head.template), head.template)).toBeLessThan(1e-6);
  const shape = Float64Array.from({ length: head.shape.count }, (_, k) => Math.sin(3 * k + 1));
  const names = head.expression.names!;
  const expression = Float64Array.from(names, (_, k) => 0.5 + 0.5 * Math.sin(5 * k));
  const jointPose = [0, 0, 0, 0.1, 0.2, -0.1, 0.2, 0.05, 0.02, 0.1, 0.3, 0, -0.1, 0.2, 0.05];
  const twinName = (name: string) =>
    name.endsWith('Left') ? name.replace(/Left$/, 'Right') : name.replace(/Right$/, 'Left');
  // Pitch stays, yaw and roll turn round; the eyes change places.
  const turned = (joint: number) => [0, 1, 2].map((axis) => (axis === 0 ? 1 : -1) * jointPose[joint * 3 + axis]);
  const other = poseHead(head, {
    shape: shape.map((value, k) => (k < symmetricCount ? value : -value)),
    expression: Float64Array.from(names, (name) => expression[names.indexOf(twinName(name))]),
    jointPose: [0, 1, 2, 4, 3].flatMap(turned),
  });
  expect(worstDistance(mirrored(poseHead(head, { shape, expression, jointPose })), other)).toBeLessThan(1e-4);
});

test('the eyes are seen, and lids close over them', () => {
  // Both at once: the other eye's corner is in the picture too.
  const closed = poseHead(head, { expression: expressionOf({ eyeBlinkLeft: 1, eyeBlinkRight: 1 }) });
  for (const side of ['left', 'right'] as const) {
    const open = visiblePixels(head.template, ['eyeballs'], eyeCentre(side));
    expect(open).toBeGreaterThan(1500);
    for (const yaw of [-0.5, 0, 0.5]) {
      expect(visiblePixels(closed, ['eyeballs'], eyeCentre(side), yaw)).toBeLessThan(0.003 * open);
    }
  }
});

test('lips close, and open with the jaw', () => {
  const inside = ['teeth', 'tongue', 'mouth_interior'];
  for (const yaw of [-0.6, 0, 0.6]) {
    expect(visiblePixels(head.template, inside, mouthCentre(), yaw)).toBeLessThan(10);
  }
  const opened = visiblePixels(poseHead(head, { jointPose: jawOpen }), inside, mouthCentre());
  expect(opened).toBeGreaterThan(3000);
  const closed = poseHead(head, { jointPose: jawOpen, expression: expressionOf({ mouthClose: 1 }) });
  expect(visiblePixels(closed, inside, mouthCentre())).toBeLessThan(0.2 * opened);
});

test('adult size: pupils 63 mm apart, eyeballs of 12.5 mm, a head 23 cm deep at most', () => {
  const [left, right] = [eyeCentre('left'), eyeCentre('right')];
  expect(left[0] - right[0]).toBeCloseTo(0.063, 3);
  const depths = Array.from({ length: head.vertexCount }, (_, v) => head.template[v * 3 + 2]).sort((a, b) => a - b);
  const depth = depths[depths.length - 1] - depths[0];
  expect(depth).toBeGreaterThan(0.19);
  expect(depth).toBeLessThan(0.23);
});

test('the 478 landmarks lie where their 68 counterparts do, irises on the eyeballs', () => {
  const { landmarks68, landmarks478 } = head;
  expect(Math.min(...landmarks478!.faces)).toBeGreaterThanOrEqual(0);
  expect(landmarks478!.spread!.length).toBe(478);
  const gap = (a: number[], b: number[]) => Math.hypot(...a.map((value, axis) => value - b[axis]));
  // Corners of the eyes and of the mouth, tip of the nose.
  for (const [n68, n478] of [[36, 33], [39, 133], [42, 362], [45, 263], [48, 61], [54, 291], [30, 4]]) {
    const distance = gap(landmarkPoint(landmarks68!, n68), landmarkPoint(landmarks478!, n478));
    expect(distance).toBeLessThan(0.006);
    expect(landmarks478!.spread![n478]).toBeLessThan(0.003);
  }
  expect(gap(landmarkPoint(landmarks478!, 468), eyeCentre('right'))).toBeCloseTo(0.0125, 3);
  expect(gap(landmarkPoint(landmarks478!, 473), eyeCentre('left'))).toBeCloseTo(0.0125, 3);
});

test('joint limits are present and hold the neutral pose', () => {
  const { lower, upper, sigma } = head.jointLimits!;
  for (let i = 0; i < 15; i++) {
    expect(lower[i]).toBeLessThan(0);
    expect(upper[i]).toBeGreaterThan(0);
    expect(sigma[i]).toBeGreaterThan(0);
  }
  expect(upper[6]).toBeGreaterThan((25 * Math.PI) / 180);
});

test('golden joints', () => {
  const joints = regressJoints(head, head.template);
  const golden = [0, -0.1251, -0.099, 0, -0.0578, -0.0734, 0, -0.0178, -0.0432, 0.0315, 0.023, 0.025, -0.0315, 0.023, 0.025];
  golden.forEach((value, i) => expect(joints[i]).toBeCloseTo(value, 3));
});
