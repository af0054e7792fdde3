import { existsSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { alignSequence } from '../../src/alignment/align-sequence.js';
import { cellAt } from '../../src/canonical/map-points.js';
import { templateEmbedding } from '../../src/canonical/template-cube.js';
import { loadHeadModel } from '../../src/io/head-model-file.js';
import { readCanonical } from '../../src/io/canonical/read-canonical.js';
import { pixels, sequenceOf } from '../fixtures/photographs.js';

const photographs = join(process.cwd(), '../shared/data/photos-public-domain');
const present = existsSync(photographs);
if (!present) console.log('canonical-s: no photographs in ../shared/data/photos-public-domain; those are skipped.');

/** Median and 90th percentile of the distance, in sides of the cube, from where the head model has a picture's landmarks. */
async function landmarkErrors(path: string): Promise<{ seen: number; median: number; p90: number }> {
  const sequence = sequenceOf([await pixels(sharp(path).toColourspace('srgb'))]);
  const head = await loadHeadModel();
  const embedding = templateEmbedding(head, head);
  const { mu, points } = await alignSequence(sequence, { head, ordered: false, device: 'cpu' });
  const [map] = (await readCanonical(undefined, sequence, { ordered: false, device: 'cpu' })).maps;
  const errors: number[] = [];
  for (let n = 0; n < points.faces.length; n++) {
    const cell = cellAt(map!, mu[n * 2], mu[n * 2 + 1]);
    if (cell < 0) continue;
    const gap = [0, 1, 2].map((axis) => {
      const place = [0, 1, 2].reduce((sum, corner) => {
        const vertex = head.faces[points.faces[n] * 3 + corner];
        return sum + points.barycentric[n * 3 + corner] * embedding[vertex * 3 + axis];
      }, 0);
      return map!.values[cell * 3 + axis] - place;
    });
    errors.push(Math.hypot(...gap));
  }
  errors.sort((a, b) => a - b);
  const at = (share: number) => errors[Math.floor(share * errors.length)];
  return { seen: errors.length / points.faces.length, median: at(0.5), p90: at(0.9) };
}

test('landmarks of a photograph lie where the head model has them', async () => {
  const { seen, median, p90 } = await landmarkErrors('assets/demo/astronaut.jpg');
  expect(seen).toBeGreaterThan(0.97);
  expect(median).toBeLessThan(0.06);
  expect(p90).toBeLessThan(0.11);
});

(present ? test : test.skip).each(['obama.jpg', 'obama2.jpg', 'biden.jpg'])('%s too', async (name) => {
  const { seen, median, p90 } = await landmarkErrors(join(photographs, name));
  expect(seen).toBeGreaterThan(0.97);
  expect(median).toBeLessThan(0.035);
  expect(p90).toBeLessThan(0.06);
});
