/** Vertices of a tile of the kernel, and its numbers: eight x, eight y, eight z. */
export const tileVertices = 8;
export const tileSize = 3 * tileVertices;

export function tileCount(vertexCount: number): number {
  return Math.ceil(vertexCount / tileVertices);
}

/** The listed vertices of `count` meshes `[count, V, 3]` as `[tiles, count, 24]`; zero beyond the last. */
export function meshTiles(
  meshes: Float32Array,
  count: number,
  vertexCount: number,
  vertexIds: Int32Array,
): Float32Array {
  const tiles = new Float32Array(tileCount(vertexIds.length) * count * tileSize);
  vertexIds.forEach((vertex, i) => {
    const place = Math.floor(i / tileVertices) * count * tileSize + (i % tileVertices);
    for (let k = 0; k < count; k++) {
      for (let axis = 0; axis < 3; axis++) {
        const value = meshes[(k * vertexCount + vertex) * 3 + axis];
        tiles[place + k * tileSize + axis * tileVertices] = value;
      }
    }
  });
  return tiles;
}

/** Numbers of the listed vertices `[V, width]` as `[tiles, width, 8]`; zero beyond the last. */
export function columnTiles(columns: Float32Array, width: number, vertexIds: Int32Array): Float32Array {
  const tiles = new Float32Array(tileCount(vertexIds.length) * width * tileVertices);
  vertexIds.forEach((vertex, i) => {
    const place = Math.floor(i / tileVertices) * width * tileVertices + (i % tileVertices);
    for (let k = 0; k < width; k++) tiles[place + k * tileVertices] = columns[vertex * width + k];
  });
  return tiles;
}

/** Where one coordinate of vertex `i` stands in one mesh's tiles `[tiles, 24]`. */
export function tileIndex(axis: number, i: number): number {
  return Math.floor(i / tileVertices) * tileSize + axis * tileVertices + (i % tileVertices);
}
