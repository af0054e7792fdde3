import { type MeshPair, type MeshSequence } from '../../src/evaluation/mesh-sequence.js';
import { type Camera } from '../../src/geometry/camera.js';
import { rescaleCamera } from '../../src/io/calibration.js';
import { numberingRate } from '../../src/io/sequence/multiface-folder.js';

/**
 * Both sequences numbered by frames, where the capture's numbers count three per frame: windows and accelerations are
 * meant in frames of 30 a second.
 */
export function numberedByFrames<Pair extends Pick<MeshPair, 'truth' | 'prediction'>>(pair: Pair): Pair {
  const numbers = pair.truth.frameNumbers;
  const step = numberingRate(numbers, 1);
  const first = numbers[0];
  const number = (frame: number) => Math.round(first + step * frame);
  const renumbered = (sequence: MeshSequence): MeshSequence => ({
    ...sequence,
    // A number between two frames is a frame of its own, joined with nothing.
    frameNumbers: sequence.frameNumbers.map((count) => (count - first) / step),
    camera: (id, frame) => sequence.camera(id, number(frame)),
    vertices: (frame) => sequence.vertices(number(frame)),
  });
  return { ...pair, truth: renumbered(pair.truth), prediction: renumbered(pair.prediction) };
}

/** The sequence as one of its cameras sees it, in pictures of another size than the calibration's. */
export function seenBy(sequence: MeshSequence, id: string, { width, height }: Pick<Camera, 'width' | 'height'>) {
  const scaled = rescaleCamera(sequence.camera(id, sequence.frameNumbers[0]), width, height);
  return { ...sequence, cameraIds: [id], camera: () => scaled };
}
