import { type Camera } from '../geometry/camera.js';
import { cropCamera } from '../geometry/crop-camera.js';
import { distort } from '../geometry/distortion.js';
import { type RgbImage } from '../geometry/image.js';
import { scaleCamera } from '../geometry/scale-camera.js';
import { drawPoints, trafficColour } from './draw-points.js';
import { cropImage, headWindow } from './head-window.js';
import { resizeImage } from './image-file.js';
import { composite, plainImage } from './layer.js';
import { joinImages } from './join-images.js';
import { rasteriseFinely, shadeMesh } from './shade-mesh.js';

/** One camera and frame of a fit. */
export interface OverlayInput {
  image: RgbImage;
  camera: Camera;
  /** `[V, 3]` metres, world frame. */
  vertices: ArrayLike<number>;
  /** `[T, 3]`. */
  faces: ArrayLike<number>;
  observed?: Observed;
}

/** Positions to draw. */
export interface Observed {
  /** `[N, 2]` pixels, undistorted. */
  mu: ArrayLike<number>;
  /** `[N]` pixels, 0 where absent. */
  sigma: ArrayLike<number>;
}

export type OverlayPanel = 'original' | 'points' | 'overlay' | 'wire' | 'mesh';

export interface OverlayOptions {
  /** Panels from left to right; default the original, the mesh over it, the mesh on grey. */
  panels?: OverlayPanel[];
  /** Greatest width of the whole picture, pixels; default 1600. */
  maxWidth?: number;
  /** Opacity of the mesh over the picture; default 0.6. */
  opacity?: number;
  /** Show the head only, where it is small in the picture; default true. */
  closeUp?: boolean;
}

/** A window narrower than this is enlarged, pixels. */
const SMALLEST_PANEL = 320;
const GREY: [number, number, number] = [58, 60, 64];

/** Dots at the observed positions, from green (the smallest sigma of the picture) to red (five times it). */
function drawObserved(image: RgbImage, view: Camera, { mu, sigma }: Observed, camera: Camera): RgbImage {
  const present = Array.from(sigma, (_, n) => n).filter((n) => sigma[n] > 0);
  const seen = distort(
    camera,
    present.flatMap((n) => [mu[n * 2], mu[n * 2 + 1]]),
  );
  // From one picture's pixels to the other's: their K differ by a scale and a shift for each axis.
  const pixels = seen.map((value, i) => {
    const [focal, centre] = i % 2 ? [4, 5] : [0, 2];
    return ((value - camera.K[centre]) * view.K[focal]) / camera.K[focal] + view.K[centre];
  });
  const smallest = present.reduce((least, n) => Math.min(least, sigma[n]), Infinity);
  const colours = present.map((n) => trafficColour((sigma[n] / smallest - 1) / 4));
  return drawPoints(image, pixels, colours, present.length > 1000 ? 0.6 : Math.max(1, image.width / 400));
}

/**
 * A fit beside its picture, to be judged by eye: panels of one height, side by side.
 */
export async function renderOverlay(
  { image, camera, vertices, faces, observed }: OverlayInput,
  { panels = ['original', 'overlay', 'mesh'], maxWidth = 1600, opacity = 0.6, closeUp = true }: OverlayOptions = {},
): Promise<RgbImage> {
  const whole = { left: 0, top: 0, width: image.width, height: image.height };
  const window = closeUp ? headWindow(vertices, scaleCamera(camera, image.width, image.height)) : whole;
  const width = Math.max(1, Math.min(Math.max(window.width, SMALLEST_PANEL), Math.floor(maxWidth / panels.length)));
  const height = Math.max(1, Math.round((window.height * width) / window.width));
  const picture = await resizeImage(cropImage(image, window), width, height);
  const view = scaleCamera(cropCamera(scaleCamera(camera, image.width, image.height), window), width, height);
  const raster = rasteriseFinely(vertices, faces, view);
  const shaded = shadeMesh(vertices, faces, view, { raster });
  const draw: Record<OverlayPanel, () => RgbImage> = {
    original: () => picture,
    points: () => (observed ? drawObserved(picture, view, observed, camera) : picture),
    overlay: () => composite(picture, shaded, opacity),
    wire: () =>
      composite(picture, shadeMesh(vertices, faces, view, { raster, wire: 0.6, colour: [90, 240, 140] }), 0.8),
    mesh: () => composite(plainImage(width, height, GREY), shaded),
  };
  return joinImages(panels.map((panel) => draw[panel]()));
}
