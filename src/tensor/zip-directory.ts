/** One file of a zip archive, as its central directory declares it. */
export interface ZipEntry {
  name: string;
  /** 0 stored, 8 deflated. */
  method: number;
  crc: number;
  compressedSize: number;
  size: number;
  /** Where the local header begins, bytes. */
  offset: number;
}

const endSignature = 0x06054b50;
const end64LocatorSignature = 0x07064b50;
const end64Signature = 0x06064b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const endSize = 22;
const entrySize = 46;
const localSize = 30;
/** A field that holds this has its value in the ZIP64 record instead. */
const elsewhere = 0xffffffff;

/** Lists the files of a zip archive, ZIP64 included; an archive whose directory is damaged is refused. */
export function readZipDirectory(bytes: Uint8Array, where: string): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view, where);
  try {
    const { count, offset } = readEnd(view, end);
    const entries: ZipEntry[] = [];
    for (let i = 0, position = offset; i < count; i++) {
      if (view.getUint32(position, true) !== entrySignature) throw new RangeError('no entry here');
      const nameLength = view.getUint16(position + 28, true);
      const extraLength = view.getUint16(position + 30, true);
      entries.push(readEntry(bytes, view, position, nameLength, extraLength));
      position += entrySize + nameLength + extraLength + view.getUint16(position + 32, true);
    }
    return entries;
  } catch (error) {
    if (error instanceof RangeError) throw new Error(`${where}: the zip archive is damaged or cut off.`);
    throw error;
  }
}

/** The end record is the last thing in the file, behind it only a comment. */
function findEnd(view: DataView, where: string): number {
  const lowest = Math.max(0, view.byteLength - endSize - 0xffff);
  for (let position = view.byteLength - endSize; position >= lowest; position--) {
    if (view.getUint32(position, true) === endSignature) return position;
  }
  throw new Error(
    `${where}: expected a zip archive (.npz), got ${view.byteLength} bytes of something else or cut off.`,
  );
}

function readEnd(view: DataView, end: number): { count: number; offset: number } {
  const locator = end - 20;
  if (locator >= 0 && view.getUint32(locator, true) === end64LocatorSignature) {
    const end64 = size64(view, locator + 8);
    if (view.getUint32(end64, true) !== end64Signature) throw new RangeError('no ZIP64 record');
    return { count: size64(view, end64 + 32), offset: size64(view, end64 + 48) };
  }
  return { count: view.getUint16(end + 10, true), offset: view.getUint32(end + 16, true) };
}

function readEntry(bytes: Uint8Array, view: DataView, position: number, nameLength: number, extraLength: number) {
  const nameStart = position + entrySize;
  const entry: ZipEntry = {
    name: new TextDecoder().decode(bytes.subarray(nameStart, nameStart + nameLength)),
    method: view.getUint16(position + 10, true),
    crc: view.getUint32(position + 16, true),
    compressedSize: view.getUint32(position + 20, true),
    size: view.getUint32(position + 24, true),
    offset: view.getUint32(position + 42, true),
  };
  const extraEnd = nameStart + nameLength + extraLength;
  for (let at = nameStart + nameLength; at + 4 <= extraEnd; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) === 1) readLargeSizes(view, at + 4, entry);
  }
  return entry;
}

/** The ZIP64 record holds, in this order, only the fields that did not fit. */
function readLargeSizes(view: DataView, start: number, entry: ZipEntry): void {
  let position = start;
  for (const field of ['size', 'compressedSize', 'offset'] as const) {
    if (entry[field] !== elsewhere) continue;
    entry[field] = size64(view, position);
    position += 8;
  }
}

function size64(view: DataView, position: number): number {
  return view.getUint32(position, true) + view.getUint32(position + 4, true) * 2 ** 32;
}

/** The still compressed bytes of one entry. */
export function zipEntryBytes(bytes: Uint8Array, entry: ZipEntry, where: string): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { offset, compressedSize } = entry;
  if (offset + localSize <= bytes.length && view.getUint32(offset, true) === localSignature) {
    const start = offset + localSize + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
    if (start + compressedSize <= bytes.length) return bytes.subarray(start, start + compressedSize);
  }
  throw new Error(`${where}: the zip archive is damaged or cut off at '${entry.name}'.`);
}
