import { type Camera } from '../geometry/camera.js';
import { distort } from '../geometry/distortion.js';
import { type RgbImage } from '../geometry/image.js';
import { scaleCamera } from '../geometry/scale-camera.js';
import { drawPoints, trafficColour } from './draw-points.js';
import { resizeImage } from './image-file.js';
import { composite, plainImage } from './layer.js';
import { joinImages } from './join-images.js';
import { shadeMesh } from './shade-mesh.js';

/** One camera and frame of a fit. */
export interface OverlayInput {
  image: RgbImage;
  camera: Camera;
  /** `[V, 3]` metres, world frame. */
  vertices: ArrayLike<number>;
  /** `[T, 3]`. */
  faces: ArrayLike<number>;
  /** Observed positions to draw: `mu` `[N, 2]` undistorted pixels, `sigma` `[N]` pixels, 0 where absent. */
  observed?: { mu: ArrayLike<number>; sigma: ArrayLike<number> };
}

export type OverlayPanel = 'original' | 'points' | 'overlay' | 'wire' | 'mesh';

export interface OverlayOptions {
  /** Panels from left to right; default the original, the mesh over it, the mesh on grey. */
  panels?: OverlayPanel[];
  /** Greatest width of the whole picture, pixels; default 1600. */
  maxWidth?: number;
  /** Opacity of the mesh over the picture; default 0.6. */
  opacity?: number;
}

const GREY: [number, number, number] = [58, 60, 64];

/** Dots at the observed positions, from green (the smallest sigma of the picture) to red (five times it). */
function drawObserved(image: RgbImage, camera: Camera, { mu, sigma }: NonNullable<OverlayInput['observed']>): RgbImage {
  const present = Array.from(sigma, (_, n) => n).filter((n) => sigma[n] > 0);
  const seen = distort(
    camera,
    present.flatMap((n) => [mu[n * 2], mu[n * 2 + 1]]),
  );
  const pixels = seen.map((value, i) => value * (i % 2 ? image.height / camera.height : image.width / camera.width));
  const smallest = present.reduce((least, n) => Math.min(least, sigma[n]), Infinity);
  const colours = present.map((n) => trafficColour((sigma[n] / smallest - 1) / 4));
  return drawPoints(image, pixels, colours, present.length > 1000 ? 0.6 : Math.max(1, image.width / 400));
}

/**
 * A fit beside its picture, to be judged by eye: panels of one height, side by side.
 */
export async function renderOverlay(
  { image, camera, vertices, faces, observed }: OverlayInput,
  { panels = ['original', 'overlay', 'mesh'], maxWidth = 1600, opacity = 0.6 }: OverlayOptions = {},
): Promise<RgbImage> {
  const width = Math.max(1, Math.min(image.width, Math.floor(maxWidth / panels.length)));
  const height = Math.max(1, Math.round((image.height * width) / image.width));
  const picture = await resizeImage(image, width, height);
  const view = scaleCamera(camera, width, height);
  const shaded = shadeMesh(vertices, faces, view);
  const draw: Record<OverlayPanel, () => RgbImage> = {
    original: () => picture,
    points: () => (observed ? drawObserved(picture, camera, observed) : picture),
    overlay: () => composite(picture, shaded, opacity),
    wire: () => composite(picture, shadeMesh(vertices, faces, view, { wire: 0.6, colour: [90, 240, 140] }), 0.8),
    mesh: () => composite(plainImage(width, height, GREY), shaded),
  };
  return joinImages(panels.map((panel) => draw[panel]()));
}
