import { type CanonicalSequence } from '../canonical/canonical-map.js';

/** The maps of some of the frames, in the order given. */
export function selectMaps({ space, viewCount, maps }: CanonicalSequence, frames: number[]): CanonicalSequence {
  return {
    space,
    frameCount: frames.length,
    viewCount,
    maps: frames.flatMap((frame) => maps.slice(frame * viewCount, (frame + 1) * viewCount)),
  };
}

/** Maps of one camera's F photographs as those of F cameras that took one picture each. */
export function mapPerImage({ space, frameCount: F, maps }: CanonicalSequence): CanonicalSequence {
  return {
    space,
    frameCount: F,
    viewCount: F,
    maps: Array.from({ length: F * F }, (_, image) => (image % (F + 1) === 0 ? maps[image / (F + 1)] : undefined)),
  };
}
