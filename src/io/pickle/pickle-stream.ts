const newline = 0x0a;

/** Reads the parts of a pickle in order; anything that lies beyond the end of the file is an error. */
export class PickleStream {
  private position = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.length;
  }

  /** Where the next part begins. */
  get offset(): number {
    return this.position;
  }

  /** A view of the next bytes. */
  take(count: number): Uint8Array {
    return this.bytes.subarray(this.advance(count), this.position);
  }

  uint8(): number {
    return this.view.getUint8(this.advance(1));
  }

  uint16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  int32(): number {
    return this.view.getInt32(this.advance(4), true);
  }

  uint32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  uint64(): number {
    const start = this.advance(8);
    return this.view.getUint32(start, true) + this.view.getUint32(start + 4, true) * 2 ** 32;
  }

  /** Doubles alone are big-endian. */
  float64(): number {
    return this.view.getFloat64(this.advance(8));
  }

  /** The text up to the end of the line, one character a byte. */
  line(): string {
    const end = this.bytes.indexOf(newline, this.position);
    if (end < 0) this.advance(this.bytes.length + 1);
    const text = latin1(this.take(end - this.position));
    this.position++;
    return text;
  }

  private advance(count: number): number {
    const start = this.position;
    if (start + count > this.bytes.length) {
      throw new Error(`expected ${count} bytes at ${start}, got ${this.bytes.length - start}; the file is cut off`);
    }
    this.position += count;
    return start;
  }
}

/** One character a byte. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

export function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Undoes Python 2's quoting of a string. */
export function unquote(text: string): string {
  const inner = /^(['"])(.*)\1$/s.exec(text.trim())?.[2];
  if (inner === undefined) throw new Error(`expected a quoted string, got ${text.slice(0, 40)}`);
  const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b', f: '\f', v: '\v' };
  return inner.replace(/\\(x[\da-fA-F]{2}|[0-7]{1,3}|.)/gs, (_, code: string) => {
    if (code[0] === 'x') return String.fromCharCode(parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(parseInt(code, 8) & 255);
    return escapes[code] ?? code;
  });
}

/** Undoes the escapes of a protocol 0 Unicode string. */
export function unescapeUnicode(text: string): string {
  return text.replace(/\\u([\da-fA-F]{4})|\\U([\da-fA-F]{8})/g, (_, short?: string, long?: string) => {
    const code = parseInt((short ?? long)!, 16);
    if (code > 0x10ffff) throw new Error(`expected Unicode characters, got the code ${code}`);
    return String.fromCodePoint(code);
  });
}
