import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PickledArray } from '../../../src/io/pickle/pickle-classes.js';
import { pickledArray } from '../../../src/io/pickle/pickled-values.js';
import { readPickle } from '../../../src/io/pickle/read-pickle.js';
import { type NpyArray } from '../../../src/tensor/npy.js';

const folder = join(__dirname, '../../fixtures/pickles');
const load = (name: string) => readPickle(readFileSync(join(folder, name)), name) as Map<string, unknown>;
const values = (value: unknown) => pickledArray(value, 'test') as NpyArray;
const wave = (count: number) => Array.from({ length: count }, (_, i) => Math.sin(i));
const latin1 = (bytes: unknown) => (bytes instanceof Uint8Array ? Buffer.from(bytes).toString('latin1') : bytes);

describe.each(readdirSync(folder).filter((name) => name.includes('-plain')))('%s', (name) => {
  const all = load(name);

  test('plain values', () => {
    expect([all.get('none'), all.get('true')]).toEqual([null, true]);
    expect(all.get('integers')).toEqual([0, -1, 255, 65536, -(2 ** 31), 2 ** 40, -(2n ** 70n)]);
    expect(all.get('floats')).toEqual([0.5, -1e300]);
    expect(all.get('text')).toBe('Jöhn \u{1f600}');
    expect(latin1(all.get('bytes'))).toBe('\0\x80\xff\'"\\\n');
    expect(all.get('set')).toEqual(new Set([1, 2]));
    expect(all.get('frozen')).toEqual(new Set(['a']));
    expect(all.get('empty')).toEqual([new Map(), [], [], '']);
  });

  test('arrays', () => {
    expect(values(all.get('array'))).toMatchObject({ dtype: 'float32', shape: [2, 3] });
    expect(Array.from(values(all.get('array')).data as Float32Array)).toEqual(wave(6).map(Math.fround));
    expect(Array.from(values(all.get('fortran')).data as Float64Array)).toEqual(wave(6));
    expect(Array.from(values(all.get('big_endian')).data as Int32Array)).toEqual([1, 2]);
    expect(values(all.get('unicode')).data).toEqual(['ab', 'c']);
    expect([all.get('scalar'), all.get('flag')]).toEqual([2.5, 1]);
    expect((all.get('objects') as PickledArray).objects).toEqual([new Map([['a', 1]]), null]);
  });
});

test('sparse matrices become dense', () => {
  const forms = load('numpy2-sparse.pkl');
  for (const name of ['csc', 'csr', 'coo', 'csr_array']) {
    expect(values(forms.get(name))).toMatchObject({ shape: [2, 3] });
    expect(Array.from(values(forms.get(name)).data as Float64Array)).toEqual([0, 1.5, 0, 2.5, 0, 0]);
  }
});

test('chumpy arrays, in text form too', () => {
  const arrays = load('python2-chumpy-protocol0.pkl');
  for (const name of ['x', 'again']) {
    expect(Array.from(values(arrays.get(name)).data as Float64Array)).toEqual(wave(4));
  }
});

describe('hostile pickles', () => {
  const pickle = (text: string) => Buffer.from(text, 'latin1');

  test.each([
    ['a shell command', "cos\nsystem\n(S'echo'\ntR.", /asks for os\.system, .*refused/],
    ['the same by the stack', '\x8c\x05posix\x8c\x06system\x93.', /asks for posix\.system/],
    ['eval', "c__builtin__\neval\n(S'1'\ntR.", /asks for __builtin__\.eval/],
    ['getattr', 'cbuiltins\ngetattr\n.', /asks for builtins\.getattr/],
    ['a name of Object.prototype', 'cconstructor\nx\n.', /asks for constructor\.x/],
    ['an instance of an unknown class', '(ios\nPath\n.', /asks for os\.Path/],
    ['a class of chumpy that computes', 'cchumpy.ch\nMatVecMult\n.', /asks for chumpy\.ch\.MatVecMult/],
    ['a call of a value', '(I1\nt(tR.', /expected a known class or function to call/],
    ['an extension code', '\x82\x01.', /extension codes/],
    ['a persistent object', 'Pid\n.', /persistent objects/],
    ['a buffer outside the file', '\x97.', /buffers outside the file/],
    ['a newer protocol', '\x80\x09.', /expected pickle protocol 0 to 5, got 9/],
    ['no pickle at all', 'Zip', /expected a pickle, got the code 90 at 0/],
    ['a huge declared size', 'B\xff\xff\xff\xffabc', /expected 4294967295 bytes at 5, got 3; the file is cut off/],
    ['a huger declared size', '\x8e\xff\xff\xff\xff\xff\xff\xff\x7fabc', /the file is cut off/],
    ['an empty stack', '.', /takes a value where there is none/],
    ['no mark', 't.', /ends a list that it never began/],
    ['a memo that is not there', 'h\x07.', /refers to the value 7/],
    ['a state on a number', 'I1\n}b.', /gives a state to a value that has none/],
    ['a giant integer', `I${'9'.repeat(2000)}\n.`, /expected an integer/],
  ])('%s', (_, text, message) => {
    expect(() => readPickle(pickle(text), 'x.pkl')).toThrow(message);
    expect(() => readPickle(pickle(text), 'x.pkl')).toThrow(/^x\.pkl: /);
  });

  test('an array larger than its bytes', () => {
    const text =
      "cnumpy.core.numeric\n_frombuffer\n(C\x04abcdcnumpy\ndtype\n(S'<f8'\ntR(I1000000000\nI1000000\ntS'C'\ntR.";
    expect(() => readPickle(pickle(text))).toThrow(/expected an array shape that memory can hold|cut off/);
  });

  test('deep nesting neither overflows nor takes long', () => {
    expect(Array.isArray(readPickle(pickle(`${']'.repeat(200000)}${'a'.repeat(199999)}.`)))).toBe(true);
  });

  test('copies of one long text are counted', () => {
    const long = 'a'.repeat(60000);
    const call = '(h\x00h\x01tR0h\x02'.repeat(20000);
    const text = `X\x60\xea\x00\x00${long}q\x00X\x06\x00\x00\x00latin1q\x010c_codecs\nencode\nq\x02${call}.`;
    expect(() => readPickle(pickle(text))).toThrow(/makes more than 24 times its own size/);
  });

  test('cut off at any length', () => {
    const bytes = readFileSync(join(folder, 'numpy2-plain4.pkl'));
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readPickle(bytes.subarray(0, length))).toThrow(/cut off/);
    }
  });
});
