/** ICT-FaceKit's mesh: how many vertices, and which of them are what, first and last. */
export const ictVertexCount = 26719;

export const ictParts = {
  face: [0, 9408],
  headAndNeck: [9409, 11247],
  mouthSocket: [11248, 13293],
  gumsAndTongue: [14062, 17038],
  teeth: [17039, 21450],
  leftEyeball: [21451, 23020],
  leftSclera: [21451, 22220],
  rightEyeball: [23021, 24590],
  rightSclera: [23021, 23790],
} as const;

/** The vertices of the usual 68 landmarks. */
export const ictLandmarks68 = [
  1225, 1888, 1052, 367, 1719, 1722, 2199, 1447, 966, 3661, 4390, 3927, 3924, 2608, 3272, 4088, 3443, 268, 493, 1914,
  2044, 1401, 3615, 4240, 4114, 2734, 2509, 978, 4527, 4942, 4857, 1140, 2075, 1147, 4269, 3360, 1507, 1542, 1537, 1528,
  1518, 1511, 3742, 3751, 3756, 3721, 3725, 3732, 5708, 5695, 2081, 0, 4275, 6200, 6213, 6346, 6461, 5518, 5957, 5841,
  5702, 5711, 5533, 6216, 6207, 6470, 5517, 5966,
];

export type IctPart = keyof typeof ictParts;

/** Whether a vertex belongs to a part. */
export function inIctPart(part: IctPart, vertex: number): boolean {
  return vertex >= ictParts[part][0] && vertex <= ictParts[part][1];
}
