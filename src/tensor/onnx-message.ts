/**
 * Protocol buffers as far as an ONNX model needs them: tagged fields, each a varint (wire type 0), four bytes (5) or a
 * length and bytes (2). The field numbers are those of onnx.proto.
 */
export type Field = Uint8Array[];

export function varint(field: number, value: number): Field {
  return [encode(field * 8), encode(value)];
}

export function float(field: number, value: number): Field {
  return [encode(field * 8 + 5), new Uint8Array(Float32Array.of(value).buffer)];
}

export function bytes(field: number, content: Uint8Array): Field {
  return [encode(field * 8 + 2), encode(content.length), content];
}

export function text(field: number, content: string): Field {
  return bytes(field, new TextEncoder().encode(content));
}

export function message(fields: Field[]): Uint8Array {
  const pieces = fields.flat();
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

/** Seven bits a byte, the lowest first; the high bit says that more follow. */
function encode(value: number): Uint8Array {
  const encoded: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...encoded, rest]);
    encoded.push((rest % 128) + 128);
  }
}
