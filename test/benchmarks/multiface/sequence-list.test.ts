import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listSequences } from '../../../benchmarks/multiface/sequence-list.js';

const root = mkdtempSync(join(tmpdir(), 'flowfit-list-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const krt = (id: string) => `${id}\n100 0 50\n0 100 40\n0 0 1\n0 0 0 0 0\n1 0 0 0\n0 1 0 0\n0 0 1 900\n\n`;

function capture(name: string, cameras: string[], pictures: string[]): string {
  for (const camera of pictures)
    mkdirSync(join(root, name, 'images', 'E057_Cheeks_Puffed', camera), { recursive: true });
  mkdirSync(join(root, name, 'tracked_mesh', 'E057_Cheeks_Puffed'), { recursive: true });
  writeFileSync(join(root, name, 'KRT'), cameras.map(krt).join(''));
  return join(root, name);
}
const first = capture('m--20180227--0000--6795937--GHS', ['400002', '400004'], ['400002', '400009']);
capture('m--20180226--0000--6674443--GHS', ['400002'], ['400002']);
mkdirSync(join(root, 'm--20180226--0000--6674443--GHS', 'images', 'E001_No_Mesh'), { recursive: true });

function list(text: string): string {
  const path = join(root, 'list.txt');
  writeFileSync(path, text);
  return path;
}

test('lines of a list, over a folder of captures and over one', async () => {
  const lines = list('# a comment\n6795937 E057_Cheeks_Puffed 400002\n\n6674443 E057_Cheeks_Puffed 400002 # again\n');
  const found = await listSequences(root, lines);
  expect(found.map(({ entity, segment, camera }) => [entity, segment, camera])).toEqual([
    ['6795937', 'E057_Cheeks_Puffed', '400002'],
    ['6674443', 'E057_Cheeks_Puffed', '400002'],
  ]);
  expect(found[0].capture).toBe(first);
  const alone = await listSequences(first, list('6795937 E057_Cheeks_Puffed 400002\n'));
  expect(alone).toEqual([found[0]]);
});

test('the list beside the captures is taken where none is given', async () => {
  await expect(listSequences(root)).rejects.toThrow(
    /expected --list with lines 'entity segment camera', or .*sequences/,
  );
  writeFileSync(join(root, 'sequences.txt'), '6674443 E057_Cheeks_Puffed 400002\n');
  expect(await listSequences(root)).toHaveLength(1);
});

test.each([
  ['6795937 E057_Cheeks_Puffed', /line 1: expected 'entity segment camera', got '6795937 E057_Cheeks_Puffed'/],
  ['1 E057_Cheeks_Puffed 400002', /line 1: expected an entity \(.*6795937.*\), got '1'/],
  ['6795937 E058 400002', /line 1: expected a segment of 6795937 \(E057_Cheeks_Puffed\), got 'E058'/],
  ['6674443 E001_No_Mesh 400002', /line 1: expected tracked meshes in .*E001_No_Mesh, got none/],
  ['\n6795937 E057_Cheeks_Puffed 400004', /line 2: expected a camera with pictures of .* got '400004'/],
  ['6795937 E057_Cheeks_Puffed 400009', /expected a camera of 6795937's KRT \(400002, 400004\), got '400009'/],
  ['# nothing', /expected lines 'entity segment camera', got none/],
])('%j is refused', async (text, message) => {
  await expect(listSequences(root, list(text))).rejects.toThrow(message);
});

test('a folder without a capture, and none', async () => {
  await expect(listSequences(join(first, 'images'))).rejects.toThrow(/expected a Multiface capture .* got none/);
  await expect(listSequences(join(root, 'nowhere'))).rejects.toThrow(/there is no such file or folder/);
});
