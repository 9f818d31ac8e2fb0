// Hashes of keys: partitions of terms and cardinality use them, so they must be the server's.
// Upstream: org.opensearch.common.util.BitMixer (MurmurHash3's 64-bit finalizer),
// org.apache.lucene.util.StringHelper.murmurhash3_x86_32.

const MASK = 0xffffffffffffffffn;

/** BitMixer.mix64, unsigned. */
export function mix64(value: bigint): bigint {
  let z = BigInt.asUintN(64, value);
  z = ((z ^ (z >> 32n)) * 0x4cd6944c5cc20b6dn) & MASK;
  z = ((z ^ (z >> 29n)) * 0xfc12c5b19d3259e9n) & MASK;
  return z ^ (z >> 32n);
}

/** MurmurHash3_x86_32 as a signed int. */
export function murmurhash3x86(bytes: Uint8Array, seed: number): number {
  const c1 = 0xcc9e2d51;
  const c2 = 0x1b873593;
  let h = seed;
  const rounded = bytes.length & ~3;
  for (let i = 0; i < rounded; i += 4) {
    let k = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    k = Math.imul(k, c1);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, c2);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= rounded; i--) tail = (tail << 8) | bytes[i]!;
  if (bytes.length > rounded) {
    tail = Math.imul(tail, c1);
    tail = (tail << 15) | (tail >>> 17);
    h ^= Math.imul(tail, c2);
  }
  h ^= bytes.length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
