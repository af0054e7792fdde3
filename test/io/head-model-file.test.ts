import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { formatHeadModel } from '../../src/flame/container.js';
import { assetPath } from '../../src/io/asset-path.js';
import { loadHeadModel } from '../../src/io/head-model-file.js';
import { writeFileAtomic } from '../../src/io/write-file.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const folder = mkdtempSync(join(tmpdir(), 'flowfit-head-'));

test('assets lie in the package', () => {
  expect(existsSync(join(dirname(assetPath()), 'package.json'))).toBe(true);
});

test('a container is loaded from its file', async () => {
  const path = join(folder, 'tiny.npz');
  await writeFileAtomic(path, formatHeadModel(createTinyHead()));
  expect(await loadHeadModel(path)).toEqual(createTinyHead());
});

test('a file of another format is named', async () => {
  const path = join(folder, 'not-a-head.npz');
  await writeFileAtomic(path, 'hello');
  await expect(loadHeadModel(path)).rejects.toThrow(new RegExp(`^${path}: .*`));
});
