import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** SHA-256 of an array's bytes, as hex: the name by which files refer to a basis, a UV layout or a protocol. */
export function contentHash(data: Float32Array | Uint8Array): string {
  return bytesToHex(sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
}
