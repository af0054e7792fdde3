import { latin1, unescapeUnicode, unquote, utf8 } from './pickle-stream.js';
import { dictionary, type PickleMachine } from './pickle-machine.js';

type Operation = (machine: PickleMachine) => void;

const longestInteger = 1024;

function integerFromText(text: string): number | bigint | boolean {
  if (text === '00' || text === '01') return text === '01';
  if (text.length > longestInteger || !/^[-+]?\d+L?$/.test(text)) {
    throw new Error(`expected an integer, got ${text.slice(0, 40)}`);
  }
  return narrow(BigInt(text.replace('L', '')));
}

/** Little endian two's complement of any length. */
function integerFromBytes(bytes: Uint8Array): number | bigint {
  if (bytes.length > longestInteger)
    throw new Error(`expected at most ${longestInteger} bytes of integer, got ${bytes.length}`);
  const value = bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return narrow(BigInt.asIntN(bytes.length * 8, value));
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function refuse(what: string): Operation {
  return () => {
    throw new Error(`it uses ${what}, which a head model has no need of; refused`);
  };
}

/** Protocol 0: one letter and a line of text. */
const textOperations: Record<string, Operation> = {
  F: (m) => m.push(Number(m.stream.line())),
  I: (m) => m.push(integerFromText(m.stream.line())),
  L: (m) => m.push(integerFromText(m.stream.line())),
  S: (m) => m.push(unquote(m.stream.line())),
  V: (m) => m.push(unescapeUnicode(m.stream.line())),
  g: (m) => m.get(Number(m.stream.line())),
  p: (m) => m.put(Number(m.stream.line())),
  c: (m) => m.global(m.stream.line(), m.stream.line()),
  i: (m) => {
    m.global(m.stream.line(), m.stream.line());
    const target = m.pop();
    m.instance([target, ...m.popMark()]);
  },
  o: (m) => m.instance(m.popMark()),
  P: refuse('persistent objects'),
  Q: refuse('persistent objects'),
};

/** The stack, containers and objects; the same in every protocol. */
const structureOperations: Record<string, Operation> = {
  '(': (m) => m.mark(),
  '0': (m) => void m.pop(),
  '1': (m) => void m.popMark(),
  '2': (m) => m.push(m.top()),
  N: (m) => m.push(null),
  R: (m) => m.reduce(),
  a: (m) => {
    const item = m.pop();
    m.append([item]);
  },
  b: (m) => m.build(),
  d: (m) => m.push(dictionary(m.popMark())),
  e: (m) => m.append(m.popMark()),
  h: (m) => m.get(m.stream.uint8()),
  j: (m) => m.get(m.stream.uint32()),
  l: (m) => m.push(m.popMark()),
  q: (m) => m.put(m.stream.uint8()),
  r: (m) => m.put(m.stream.uint32()),
  s: (m) => m.setItems(m.popMany(2)),
  t: (m) => m.push(m.popMark()),
  u: (m) => m.setItems(m.popMark()),
  ')': (m) => m.push([]),
  ']': (m) => m.push([]),
  '}': (m) => m.push(new Map()),
};

/** Protocols 1 to 3: values of fixed and counted size. */
const valueOperations: Record<string, Operation> = {
  G: (m) => m.push(m.stream.float64()),
  J: (m) => m.push(m.stream.int32()),
  K: (m) => m.push(m.stream.uint8()),
  M: (m) => m.push(m.stream.uint16()),
  T: (m) => m.push(latin1(m.stream.take(m.stream.uint32()))),
  U: (m) => m.push(latin1(m.stream.take(m.stream.uint8()))),
  X: (m) => m.push(utf8(m.stream.take(m.stream.uint32()))),
  B: (m) => m.push(m.stream.take(m.stream.uint32())),
  C: (m) => m.push(m.stream.take(m.stream.uint8())),
};

/** Protocols 2 to 5: codes above 127. */
const laterOperations: Record<number, Operation> = {
  0x80: (m) => {
    const protocol = m.stream.uint8();
    if (protocol > 5) throw new Error(`expected pickle protocol 0 to 5, got ${protocol}`);
  },
  0x81: (m) => {
    const [target, args] = m.popMany(2);
    m.instance([target, ...(args as unknown[])]);
  },
  0x82: refuse('extension codes'),
  0x83: refuse('extension codes'),
  0x84: refuse('extension codes'),
  0x85: (m) => m.push(m.popMany(1)),
  0x86: (m) => m.push(m.popMany(2)),
  0x87: (m) => m.push(m.popMany(3)),
  0x88: (m) => m.push(true),
  0x89: (m) => m.push(false),
  0x8a: (m) => m.push(integerFromBytes(m.stream.take(m.stream.uint8()))),
  0x8b: (m) => m.push(integerFromBytes(m.stream.take(m.stream.uint32()))),
  0x8c: (m) => m.push(utf8(m.stream.take(m.stream.uint8()))),
  0x8d: (m) => m.push(utf8(m.stream.take(m.stream.uint64()))),
  0x8e: (m) => m.push(m.stream.take(m.stream.uint64())),
  0x8f: (m) => m.push(new Set()),
  0x90: (m) => m.add(m.popMark()),
  0x91: (m) => m.push(new Set(m.popMark())),
  0x92: refuse('keyword arguments'),
  0x93: (m) => {
    const [module, name] = m.popMany(2);
    m.global(String(module), String(name));
  },
  0x94: (m) => m.memoize(),
  0x95: (m) => void m.stream.uint64(),
  0x96: (m) => m.push(m.stream.take(m.stream.uint64())),
  0x97: refuse('buffers outside the file'),
  0x98: () => undefined,
};

/** Opcode -> what it does to the machine. */
export const pickleOperations: (Operation | undefined)[] = Array.from({ length: 256 }, (_, code) => {
  const letter = String.fromCharCode(code);
  return textOperations[letter] ?? structureOperations[letter] ?? valueOperations[letter] ?? laterOperations[code];
});
