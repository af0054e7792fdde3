import { type Camera } from '../geometry/camera.js';
import { type RgbImage } from '../geometry/image.js';
import { vertexNormals } from '../geometry/mesh.js';
import { rasterise } from '../geometry/rasterise.js';
import { type RigidTransform, transformPoints } from '../geometry/rigid-transform.js';
import { scaleCamera } from '../geometry/scale-camera.js';
import { type Appearance } from './appearance.js';
import { createBust, type Bust } from './bust.js';
import { type Light } from './light.js';
import { shade, type ShadedGeometry } from './shade.js';
import { createShadowMap } from './shadow-map.js';
import { codeFromLinear, type Texture } from './texture.js';

/** Samples along each side of a pixel. */
const SUPERSAMPLE = 2;

/** A person in front of cameras: looks, light, bust and where they rest. */
export interface Scene {
  look: Appearance;
  light: Light;
  /** `[T, 3]` of the head. */
  faces: Int32Array;
  bust?: Bust;
  /** The head's place of rest; the shoulders stay there. */
  worldFromHead: RigidTransform;
}

/** Puts a person into a scene. */
export function createScene(look: Appearance, light: Light, faces: Int32Array, worldFromHead: RigidTransform): Scene {
  return { look, light, faces, worldFromHead, bust: createBust(look.rest, faces) };
}

/** How much of the neck's motion each ring of the bust follows; the rest of them stay. */
const FOLLOW = [0.85, 0.6, 0.35, 0.15];

/** The bust's rings in the world: the shoulders at rest, the collar with the neck. */
function placeRings(
  { opening, rings }: Bust,
  rest: ArrayLike<number>,
  worldFromHead: RigidTransform,
  headVertices: ArrayLike<number>,
): Float32Array {
  const placed = transformPoints(worldFromHead, rings);
  const openingAtRest = transformPoints(
    worldFromHead,
    Array.from(opening).flatMap((v) => [rest[v * 3], rest[v * 3 + 1], rest[v * 3 + 2]]),
  );
  FOLLOW.forEach((share, ring) => {
    opening.forEach((vertex, i) => {
      for (let a = 0; a < 3; a++) {
        const moved = headVertices[vertex * 3 + a] - openingAtRest[i * 3 + a];
        placed[(ring * opening.length + i) * 3 + a] += share * moved;
      }
    });
  });
  return placed;
}

/** The posed head with its bust and shadows, shared by the cameras of a frame. */
export function poseScene(scene: Scene, headVertices: ArrayLike<number>): ShadedGeometry {
  const { bust, worldFromHead, light } = scene;
  const lower = bust ? placeRings(bust, scene.look.rest, worldFromHead, headVertices) : [];
  const vertices = new Float32Array(headVertices.length + lower.length);
  vertices.set(headVertices);
  vertices.set(lower, headVertices.length);
  const faces = bust ? Int32Array.from([...scene.faces, ...bust.faces]) : scene.faces;
  const centre = [0, 1, 2].map((a) => {
    let sum = 0;
    for (let v = a; v < headVertices.length; v += 3) sum += headVertices[v];
    return sum / (headVertices.length / 3);
  });
  return {
    vertices,
    faces,
    normals: vertexNormals(vertices, faces),
    litShare: createShadowMap(vertices, faces, light.keyDirection, centre),
  };
}

/**
 * A picture of a posed head, supersampled, before a background.
 *
 * @param background of any size with the picture's aspect.
 */
export function renderHead(scene: Scene, geometry: ShadedGeometry, camera: Camera, background: Texture): RgbImage {
  const { width, height } = camera;
  const fine = scaleCamera(camera, width * SUPERSAMPLE, height * SUPERSAMPLE);
  const raster = rasterise(geometry.vertices, geometry.faces, fine);
  const light = shade(raster, geometry, fine, scene.look, scene.light);
  const sums = new Float32Array(width * height * 3);
  for (let row = 0; row < fine.height; row++) {
    for (let column = 0; column < fine.width; column++) {
      const source = (row * fine.width + column) * 3;
      const target = (Math.floor(row / SUPERSAMPLE) * width + Math.floor(column / SUPERSAMPLE)) * 3;
      const backRow = Math.floor((row * background.height) / fine.height);
      const back = (backRow * background.width + Math.floor((column * background.width) / fine.width)) * 3;
      const covered = raster.faceIndex[source / 3] >= 0;
      for (let a = 0; a < 3; a++)
        sums[target + a] += Math.min(1, covered ? light[source + a] : background.data[back + a]);
    }
  }
  const data = new Uint8Array(sums.length);
  for (let i = 0; i < sums.length; i++) data[i] = codeFromLinear(sums[i] / SUPERSAMPLE ** 2);
  return { width, height, data };
}
