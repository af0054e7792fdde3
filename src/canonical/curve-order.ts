/** Bits of each coordinate in a place on the curve, and of one digit of the sort: three digits hold all three. */
const bits = 10;

/**
 * Puts points of the canonical space in the order of a Morton curve, so that neighbours in the order are neighbours in
 * space.
 *
 * @param values `[., 3]`.
 * @param members `[N]` rows of `values`.
 * @returns `[N]` the rows in order.
 */
export function sortAlongCurve(values: Float32Array, members: Int32Array): Int32Array {
  const { lower, side } = boundingCube(values, members);
  const scale = (2 ** bits - 1) / side;
  const codes = new Int32Array(members.length);
  for (let n = 0; n < members.length; n++) {
    const at = members[n] * 3;
    const i = spread((values[at] - lower[0]) * scale);
    const j = spread((values[at + 1] - lower[1]) * scale);
    const k = spread((values[at + 2] - lower[2]) * scale);
    codes[n] = i | (j << 1) | (k << 2);
  }
  let sorted = { codes, rows: members.slice() };
  for (let digit = 0; digit < 3; digit++) sorted = sortByDigit(sorted, digit * bits);
  return sorted.rows;
}

/** One pass of a radix sort, stable. */
function sortByDigit({ codes, rows }: { codes: Int32Array; rows: Int32Array }, shift: number) {
  const mask = 2 ** bits - 1;
  const places = new Int32Array(2 ** bits + 1);
  for (let n = 0; n < codes.length; n++) places[((codes[n] >> shift) & mask) + 1]++;
  for (let d = 1; d < places.length; d++) places[d] += places[d - 1];
  const sorted = { codes: new Int32Array(codes.length), rows: new Int32Array(rows.length) };
  for (let n = 0; n < codes.length; n++) {
    const place = places[(codes[n] >> shift) & mask]++;
    sorted.codes[place] = codes[n];
    sorted.rows[place] = rows[n];
  }
  return sorted;
}

/** Puts two empty bits between the bits of a whole number below 1024. */
function spread(value: number): number {
  let x = value & 0x3ff;
  x = (x | (x << 16)) & 0x030000ff;
  x = (x | (x << 8)) & 0x0300f00f;
  x = (x | (x << 4)) & 0x030c30c3;
  return (x | (x << 2)) & 0x09249249;
}

function boundingCube(values: Float32Array, members: Int32Array): { lower: number[]; side: number } {
  const lower = [Infinity, Infinity, Infinity];
  const upper = [-Infinity, -Infinity, -Infinity];
  for (let n = 0; n < members.length; n++) {
    for (let a = 0; a < 3; a++) {
      const value = values[members[n] * 3 + a];
      if (value < lower[a]) lower[a] = value;
      if (value > upper[a]) upper[a] = value;
    }
  }
  return { lower, side: Math.max(1e-12, ...upper.map((high, a) => high - lower[a])) };
}
