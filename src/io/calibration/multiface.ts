import { type TextCalibration } from './calibration-format.js';
import { makeCamera } from './make-camera.js';

/** Multiface's full-size pictures; the file does not state a size. */
const size = { width: 1334, height: 2048 };
const millimetre = 0.001;

/**
 * Multiface's `KRT`: per camera its name, three lines of K, one of distortion, three of world to camera; millimetres,
 * OpenCV's pixels.
 */
export const multifaceCalibration: TextCalibration = {
  name: 'Multiface KRT',
  matches: (text) => {
    const lines = nonEmptyLines(text);
    return lines.length >= 8 && lines.length % 8 === 0 && lines[0].length === 1 && lines[1].length === 3;
  },
  parse(text, file) {
    const lines = nonEmptyLines(text);
    return Array.from({ length: lines.length / 8 }, (_, i) => {
      const [[id], ...block] = lines.slice(i * 8, i * 8 + 8);
      const values = block.map((line) => line.map(Number));
      return makeCamera(
        {
          id,
          ...size,
          K: values.slice(0, 3),
          distortion: values[3],
          worldToCamera: values.slice(4),
          metresPerUnit: millimetre,
          pixelCenter: 0,
        },
        file,
      );
    });
  },
};

function nonEmptyLines(text: string): string[][] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words[0] !== '');
}
