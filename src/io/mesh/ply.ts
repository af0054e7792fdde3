import { appendFan, type Mesh } from './mesh.js';

interface Property {
  name: string;
  type: string;
  /** The type of a list's length. */
  countType?: string;
}

interface Element {
  name: string;
  count: number;
  properties: Property[];
}

interface Header {
  format: string;
  elements: Element[];
  /** Where the values begin, bytes. */
  dataOffset: number;
}

type ReadNumber = (type: string) => number;

const types: Record<string, [size: number, get: (view: DataView, at: number, little: boolean) => number]> = {
  char: [1, (view, at) => view.getInt8(at)],
  uchar: [1, (view, at) => view.getUint8(at)],
  short: [2, (view, at, little) => view.getInt16(at, little)],
  ushort: [2, (view, at, little) => view.getUint16(at, little)],
  int: [4, (view, at, little) => view.getInt32(at, little)],
  uint: [4, (view, at, little) => view.getUint32(at, little)],
  float: [4, (view, at, little) => view.getFloat32(at, little)],
  double: [8, (view, at, little) => view.getFloat64(at, little)],
};
const aliases: [string, string][] = [
  ['int8', 'char'],
  ['uint8', 'uchar'],
  ['int16', 'short'],
  ['uint16', 'ushort'],
  ['int32', 'int'],
  ['uint32', 'uint'],
  ['float32', 'float'],
  ['float64', 'double'],
];
for (const [alias, name] of aliases) types[alias] = types[name];

/** Reads the positions and faces of a PLY file, as text or binary of either byte order. */
export function parsePly(bytes: Uint8Array, where: string): Mesh {
  const header = parseHeader(bytes, where);
  const read = numberReader(bytes, header, where);
  const vertices: number[] = [];
  const faces: number[] = [];
  for (const element of header.elements) {
    for (let i = 0; i < element.count; i++) {
      const row = readRow(element, read, bytes.length, where);
      if (element.name === 'vertex') vertices.push(row.x as number, row.y as number, row.z as number);
      if (element.name === 'face') appendFan(faces, (row.vertex_indices ?? row.vertex_index ?? []) as number[]);
    }
  }
  return { vertices: Float32Array.from(vertices), faces: Int32Array.from(faces) };
}

function parseHeader(bytes: Uint8Array, where: string): Header {
  const marker = 'end_header\n';
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, 65536)).replace(/\r\n/g, ' \n');
  const end = text.indexOf(marker);
  if (!/^ply\s/.test(text) || end < 0) throw new Error(`${where}: expected a PLY file, got something else.`);
  const elements: Element[] = [];
  let format = '';
  for (const line of text.slice(0, end).split('\n')) {
    const [keyword, ...words] = line.trim().split(/\s+/);
    if (keyword === 'format') format = words[0];
    if (keyword === 'element') elements.push({ name: words[0], count: Number(words[1]), properties: [] });
    if (keyword === 'property') elements.at(-1)?.properties.push(parseProperty(words, where));
  }
  const wrong = elements.find(({ count }) => !Number.isInteger(count) || count < 0 || count > bytes.length);
  if (wrong) throw new Error(`${where}: the file is too short for ${wrong.count} of ${wrong.name}.`);
  return { format, elements, dataOffset: end + marker.length };
}

function parseProperty(words: string[], where: string): Property {
  const isList = words[0] === 'list';
  const property = isList
    ? { countType: words[1], type: words[2], name: words[3] }
    : { type: words[0], name: words[1] };
  for (const type of [property.type, property.countType]) {
    if (type !== undefined && !Object.hasOwn(types, type)) {
      throw new Error(`${where}: expected one of ${Object.keys(types).join(', ')}, got the type ${type}.`);
    }
  }
  return property;
}

/** Numbers one after the other: words of text, or typed values. */
function numberReader(bytes: Uint8Array, { format, dataOffset }: Header, where: string): ReadNumber {
  const cutOff = () => new Error(`${where}: the file is cut off.`);
  if (format === 'ascii') {
    const words = new TextDecoder('latin1').decode(bytes.subarray(dataOffset)).trim().split(/\s+/);
    let next = 0;
    return () => {
      if (next >= words.length) throw cutOff();
      return Number(words[next++]);
    };
  }
  if (!format.startsWith('binary_')) throw new Error(`${where}: expected an ascii or binary PLY, got '${format}'.`);
  const little = format === 'binary_little_endian';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = dataOffset;
  return (type) => {
    const [size, get] = types[type];
    if (position + size > bytes.length) throw cutOff();
    position += size;
    return get(view, position - size, little);
  };
}

function readRow({ properties }: Element, read: ReadNumber, limit: number, where: string) {
  const row: Record<string, number | number[]> = {};
  for (const { name, type, countType } of properties) {
    if (countType === undefined) {
      row[name] = read(type);
      continue;
    }
    const count = read(countType);
    if (!(count >= 0 && count <= limit))
      throw new Error(`${where}: expected a list inside the file, got ${count} entries.`);
    row[name] = Array.from({ length: count }, () => read(type));
  }
  return row;
}
