/**
 * Runs the package's own landmark detector over the renders of `render_views.py`.
 *
 * `npm run build && node assets/open-head/build/detect_views.mjs DIR` writes DIR/detections.npz: `points` `[n, 478, 2]`,
 * pixels with the top-left pixel's centre at (0.5, 0.5), NaN where no face was found.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { createFaceDetector } from '../../../dist/src/alignment/face-detector.js';
import { faceTopology } from '../../../dist/src/alignment/face-topology.js';
import { createFaceTracker } from '../../../dist/src/alignment/face-tracker.js';
import { createIrisNetwork } from '../../../dist/src/alignment/iris-network.js';
import { createLandmarkNetwork, landmarkCount } from '../../../dist/src/alignment/landmark-network.js';
import { formatNpz } from '../../../dist/src/tensor/npz.js';

const folder = process.argv[2];
const topology = faceTopology();
const session = { device: 'cpu', threads: 1 };
const tracker = createFaceTracker({
  detector: await createFaceDetector(session),
  network: await createLandmarkNetwork(topology.mirror, session),
  irises: await createIrisNetwork(topology, session),
  ordered: false,
});
const files = readdirSync(folder).filter((name) => name.endsWith('.png')).sort();
const points = new Float32Array(files.length * landmarkCount * 2).fill(NaN);
for (const [view, name] of files.entries()) {
  const { data, info } = await sharp(join(folder, name)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const face = await tracker.next({ width: info.width, height: info.height, data: new Uint8Array(data) });
  for (let i = 0; face && i < landmarkCount; i++) {
    points[(view * landmarkCount + i) * 2] = face.points[i * 3];
    points[(view * landmarkCount + i) * 2 + 1] = face.points[i * 3 + 1];
  }
}
const shape = [files.length, landmarkCount, 2];
writeFileSync(join(folder, 'detections.npz'), formatNpz({ points: { dtype: 'float32', shape, data: points } }));
