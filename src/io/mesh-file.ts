import { readFileBytes } from './read-file.js';
import { checkMesh, type Mesh } from './mesh/mesh.js';
import { parseObj } from './mesh/obj.js';
import { parsePly } from './mesh/ply.js';

export { type Mesh } from './mesh/mesh.js';
export { formatObj } from './mesh/obj.js';

/** Reads a mesh from an OBJ or a PLY file, told apart by content: vertices in the file's order, triangles. */
export async function readMesh(path: string): Promise<Mesh> {
  const bytes = await readFileBytes(path);
  const isPly = new TextDecoder('latin1').decode(bytes.subarray(0, 4)).startsWith('ply');
  const mesh = isPly ? parsePly(bytes, path) : parseObj(new TextDecoder().decode(bytes), path);
  checkMesh(mesh, path);
  return mesh;
}
