import { appendFan, type Mesh } from './mesh.js';

/** Reads the positions and faces of a Wavefront OBJ; everything else in it is passed over. */
export function parseObj(text: string, where: string): Mesh {
  const vertices: number[] = [];
  const faces: number[] = [];
  text.split('\n').forEach((line, i) => {
    const words = line.trim().split(/\s+/);
    if (words[0] === 'v') vertices.push(Number(words[1]), Number(words[2]), Number(words[3]));
    if (words[0] === 'f')
      appendFan(
        faces,
        words.slice(1).map((word) => corner(word, vertices.length / 3, where, i)),
      );
  });
  return { vertices: Float32Array.from(vertices), faces: Int32Array.from(faces) };
}

/** `vertex/uv/normal`, counted from 1, or backwards from the last vertex when negative. */
function corner(word: string, vertexCount: number, where: string, line: number): number {
  const index = parseInt(word, 10);
  if (!Number.isInteger(index) || index === 0) {
    throw new Error(`${where}: expected a vertex number in line ${line + 1}, got '${word.slice(0, 20)}'.`);
  }
  return index > 0 ? index - 1 : vertexCount + index;
}

/** The text of a Wavefront OBJ: positions and triangles. */
export function formatObj({ vertices, faces }: { vertices: ArrayLike<number>; faces: ArrayLike<number> }): string {
  const lines: string[] = [];
  for (let v = 0; v < vertices.length; v += 3) {
    lines.push(`v ${[0, 1, 2].map((axis) => Number(vertices[v + axis].toPrecision(9))).join(' ')}`);
  }
  for (let t = 0; t < faces.length; t += 3) lines.push(`f ${faces[t] + 1} ${faces[t + 1] + 1} ${faces[t + 2] + 1}`);
  return `${lines.join('\n')}\n`;
}
