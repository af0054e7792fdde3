/** A triangle mesh as a file holds it, in the file's unit and frame. */
export interface Mesh {
  /** `[V, 3]`. */
  vertices: Float32Array;
  /** `[T, 3]`; polygons are cut into fans. */
  faces: Int32Array;
}

/** A fan of triangles over a polygon's corners. */
export function appendFan(faces: number[], corners: number[]): void {
  for (let i = 2; i < corners.length; i++) faces.push(corners[0], corners[i - 1], corners[i]);
}

/** Checks that a mesh has vertices, all of them finite, and that its triangles hold no others. */
export function checkMesh({ vertices, faces }: Mesh, where: string): void {
  const vertexCount = vertices.length / 3;
  if (vertexCount < 1 || !Number.isInteger(vertexCount)) throw new Error(`${where}: expected vertices, got none.`);
  const wrong = vertices.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new Error(`${where}: expected finite positions, got ${vertices[wrong]} at vertex ${Math.floor(wrong / 3)}.`);
  }
  const outside = faces.findIndex((vertex) => !(vertex >= 0 && vertex < vertexCount));
  if (outside >= 0) {
    throw new Error(`${where}: expected faces of ${vertexCount} vertices, got the vertex ${faces[outside]}.`);
  }
}
