/** IEEE half precision as numbers: 1 sign, 5 exponent, 10 fraction bits. */
export function halfToFloat(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
  });
}

/** The nearest half-precision numbers, ties to even; beyond 65504 infinite. */
export function floatToHalf(floats: Float32Array): Uint16Array {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  return Uint16Array.from(bits, (word) => {
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    if (magnitude > 0x7f800000) return sign | 0x7e00;
    if (magnitude >= 0x477ff000) return sign | 0x7c00;
    // Below 2^-14 halves count in steps of 2^-24: adding and taking away 0.5 rounds a float to such a step.
    if (magnitude < 0x38800000) return sign | roundSubnormal(magnitude);
    const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return sign | ((rounded - 0x38000000) >>> 13);
  });
}

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

function roundSubnormal(magnitude: number): number {
  scratchBits[0] = magnitude;
  scratch[0] += 0.5;
  return scratchBits[0] - 0x3f000000;
}
