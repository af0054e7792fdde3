import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAlignmentFile } from '../../src/alignment/alignment-file.js';
import { fitSequence } from '../../src/fitting/fit-sequence.js';
import { importHeadModel } from '../../src/io/head-models/import-head-model.js';
import { parseNpy } from '../../src/tensor/npy.js';

const data = join(__dirname, '../../../shared/data');
const files = {
  head: join(data, 'flame2023-open/flame2023_open_60.npz'),
  alignment: join(data, 'flowface-real/felix/alignment.npz'),
  mask: join(data, 'flowface-real/flowface_vertex_mask.npy'),
};
const present = Object.values(files).every(existsSync);
if (!present) console.log('felix: no FlowFace alignment in ../shared/data; skipped.');

/** FlowFace's own fit of these four photographs, with 150 + 65 coefficients, has a mean of 2.12 and 2294 pixels. */
(present ? test : test.skip)(
  'four photographs with FlowFace’s alignment: as close as FlowFace with a plausible person',
  async () => {
    const head = await importHeadModel(files.head);
    const mask = parseNpy(new Uint8Array(readFileSync(files.mask))).data;
    head.vertexWeights = Float32Array.from({ length: head.vertexCount }, (_, v) => (mask[v] ? 1 : 0.005));
    const alignment = parseAlignmentFile(new Uint8Array(readFileSync(files.alignment)), head);
    const { residuals, parameters, status } = await fitSequence({ head, alignment, unordered: true });
    console.log(
      `felix: median ${residuals.medianPx.toFixed(2)} px, mean ${residuals.meanPx.toFixed(2)} px (FlowFace 2.12), ` +
        `focal length ${parameters.cameras[0].K[0].toFixed(0)} px (FlowFace 2294)`,
    );
    expect(status).toBe('converged');
    expect(residuals.medianPx).toBeLessThan(1.8);
    expect(residuals.meanPx).toBeLessThan(2.3);
    expect(Math.max(...parameters.shape.map(Math.abs))).toBeLessThan(3);
  },
  240000,
);
