/** Field of ModelProto that holds the metadata: entries of a key (1) and a value (2). */
const metadataField = 14;

/**
 * The metadata of an ONNX file, which ONNX Runtime's JavaScript interface does not show.
 *
 * Reads the outermost message only: protocol buffers are tagged fields, and fields of known length can be skipped.
 *
 * @param where what the bytes are, for the error.
 */
export function readOnnxMetadata(file: Uint8Array, where: string): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const { field, content } of fields(file, where)) {
    if (field !== metadataField) continue;
    const entry: Record<number, string> = {};
    for (const part of fields(content, where)) entry[part.field] = new TextDecoder().decode(part.content);
    if (entry[1] !== undefined) metadata[entry[1]] = entry[2] ?? '';
  }
  return metadata;
}

/** The fields of one message; numbers have no content. */
function* fields(message: Uint8Array, where: string): Generator<{ field: number; content: Uint8Array }> {
  const fail = () => new Error(`${where}: expected an ONNX network, got something else.`);
  let at = 0;
  const varint = () => {
    let [value, scale] = [0, 1];
    for (;;) {
      if (at >= message.length || scale > 2 ** 63) throw fail();
      const byte = message[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const [field, wireType] = [Math.floor(tag / 8), tag % 8];
    if (wireType === 0) varint();
    else if (wireType === 1) at += 8;
    else if (wireType === 5) at += 4;
    else if (wireType === 2) {
      const length = varint();
      if (at + length > message.length) throw fail();
      yield { field, content: message.subarray(at, at + length) };
      at += length;
    } else throw fail();
  }
}
