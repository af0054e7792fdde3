import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFileBytes, readJsonFile } from '../../src/io/read-file.js';
import { writeFileAtomic } from '../../src/io/write-file.js';

const folder = mkdtempSync(join(tmpdir(), 'flowfit-write-'));

test('writes into a new folder, over an older file, and leaves nothing else', async () => {
  const path = join(folder, 'new/deep/file.txt');
  await writeFileAtomic(path, 'first');
  await writeFileAtomic(path, Uint8Array.of(50, 51));
  expect(readFileSync(path, 'utf8')).toBe('23');
  expect(readdirSync(join(folder, 'new/deep'))).toEqual(['file.txt']);
});

test('a folder that cannot hold it is named, and what was there stays', async () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, 'stays');
  await expect(writeFileAtomic(join(file, 'x.npz'), 'no')).rejects.toThrow(`cannot write ${join(file, 'x.npz')}: `);
  await expect(writeFileAtomic(folder, 'no')).rejects.toThrow(/cannot write/);
  expect(readFileSync(file, 'utf8')).toBe('stays');
});

test('a missing file and broken JSON are named', async () => {
  const missing = join(folder, 'missing');
  await expect(readFileBytes(missing)).rejects.toThrow(`cannot read ${missing}: there is no such file or folder.`);
  writeFileSync(join(folder, 'bad.json'), '{"a":');
  await expect(readJsonFile(join(folder, 'bad.json'))).rejects.toThrow(/bad\.json: expected JSON/);
});
