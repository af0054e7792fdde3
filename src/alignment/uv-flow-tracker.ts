import { type RgbImage } from '../geometry/image.js';
import { type FaceCrop } from './face-crop.js';
import { sameWindow } from './face-finder.js';
import { type FaceLocator } from './face-locator.js';
import { createImagePyramid, type ImagePyramid } from './image-pyramid.js';
import { type UvFlowBox } from './uv-flow-box.js';
import { type UvFlowNetwork } from './uv-flow-network.js';
import { sampleUvFlow, type UvFlowObservation, type UvFlowPoints } from './uv-flow-sampler.js';

/** What the pictures before tell of the next one of the same camera. */
export interface UvFlowTrack {
  /** Where the face was last seen. */
  box?: FaceCrop;
  /** Pictures since then. */
  missed: number;
  /** Pictures since the face finder last looked. */
  unchecked: number;
}

export interface UvFlowTrackerOptions {
  network: UvFlowNetwork;
  locator: Pick<FaceLocator, 'locate'>;
  points: UvFlowPoints;
  box: UvFlowBox;
  /** Whether pictures follow each other in time; unordered ones are each searched from scratch. */
  ordered: boolean;
}

/** The head's points in one picture, and the square around the face. */
export interface UvFlowFace extends UvFlowObservation {
  box: FaceCrop;
}

/** Difference in place and size, relative to the box, beyond which a picture is read again in its own crop. */
const boxTolerance = 0.05;
/** Difference beyond which the face finder, where it has just looked, is believed and not the network's own box. */
const anchorTolerance = 0.25;
/** Readings of one picture, at most. */
const mostPasses = 3;
/** Median sigma over the face, relative to its box, beyond which the face finder is asked whether there is a face. */
const doubtfulSigma = 0.05;
/** Pictures that a face is followed without asking the face finder. */
const checkPeriod = 25;

interface Reading {
  pyramid: ImagePyramid;
  /** Where the face finder saw the face in this very picture. */
  anchor?: FaceCrop;
  /** Of the crop. */
  start: FaceCrop;
  face?: UvFlowFace;
}

/**
 * Reads pictures of several cameras in one batch: each in the crop of the face's last box, again where its own box turns
 * out to be another, and after a search where the face was lost or is in doubt.
 *
 * @returns a function of one picture per track; it moves the tracks on.
 */
export function createUvFlowTracker({ network, locator, points, box, ordered }: UvFlowTrackerOptions) {
  const { cropScale } = network.contract;

  async function readOnce(readings: Reading[]): Promise<void> {
    const crops = readings.map(({ pyramid, start }) => ({ pyramid, crop: { ...start, size: start.size * cropScale } }));
    const maps = await network.predict(crops);
    readings.forEach((reading, k) => {
      const observation = sampleUvFlow(maps[k], points.uv, crops[k].crop);
      const own = box.box(observation);
      const { anchor } = reading;
      const astray = anchor && own && !sameWindow(anchor, own, anchorTolerance);
      const trusted = astray ? anchor : own;
      reading.face = trusted && isPlausible(trusted, reading) ? { ...observation, box: trusted } : undefined;
    });
  }

  /** Reads until each picture's crop is its own box's. */
  async function settle(readings: Reading[]): Promise<void> {
    let waiting = readings;
    for (let pass = 0; pass < mostPasses && waiting.length > 0; pass++) {
      await readOnce(waiting);
      waiting = waiting.filter(({ face, start }) => face && !sameWindow(start, face.box, boxTolerance));
      if (pass + 1 < mostPasses) for (const reading of waiting) reading.start = reading.face!.box;
    }
  }

  async function search(image: RgbImage, track: UvFlowTrack): Promise<FaceCrop | undefined> {
    track.unchecked = 0;
    return locator.locate(image, ordered ? track.box : undefined, track.missed);
  }

  return async (pictures: { image: RgbImage; track: UvFlowTrack }[]): Promise<(UvFlowFace | undefined)[]> => {
    const readings: (Reading | undefined)[] = [];
    for (const { image, track } of pictures) {
      const follows = ordered && track.box && track.missed === 0 && track.unchecked < checkPeriod;
      const anchor = follows ? undefined : await search(image, track);
      const start = follows ? track.box : anchor;
      readings.push(start && { pyramid: createImagePyramid(image), start, anchor });
    }
    await settle(readings.filter((reading) => reading !== undefined));
    const again: Reading[] = [];
    for (const [k, { image, track }] of pictures.entries()) {
      const reading = readings[k];
      const doubtful =
        reading && !(reading.face && box.uncertainty(reading.face) < doubtfulSigma * reading.face.box.size);
      if (!doubtful || track.unchecked === 0) continue;
      const start = await search(image, track);
      if (start) again.push(Object.assign(reading, { start, anchor: start }));
      else reading.face = undefined;
    }
    await settle(again);
    return pictures.map(({ track }, k) => {
      const face = readings[k]?.face;
      if (face) track.box = face.box;
      track.missed = face ? 0 : track.missed + 1;
      track.unchecked++;
      return face;
    });
  };
}

/** A box that left the picture, or is another size than the crop's by far, is no face. */
function isPlausible({ x, y, size }: FaceCrop, { pyramid: { image }, start }: Reading): boolean {
  const ratio = size / start.size;
  const outside = x < 0 || y < 0 || x > image.width || y > image.height;
  return !outside && ratio > 0.4 && ratio < 2.5;
}
