// MurmurHash3, x86 variant, 32 bits: the hash behind document routing, `terms` partitions and
// Lucene's own StringHelper. Upstream: org.apache.lucene.util.StringHelper.murmurhash3_x86_32,
// org.opensearch.cluster.routing.Murmur3HashFunction.

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

/** Hash of `bytes`, as a signed 32-bit integer. */
export function murmur3x86(bytes: Uint8Array, seed = 0): number {
  let hash = seed;
  const blocksEnd = bytes.length & ~3;
  for (let i = 0; i < blocksEnd; i += 4) {
    const block = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    hash = mixBlock(hash, block);
  }
  const left = bytes.length & 3;
  if (left > 0) {
    let tail = bytes[blocksEnd]!;
    if (left > 1) tail |= bytes[blocksEnd + 1]! << 8;
    if (left > 2) tail |= bytes[blocksEnd + 2]! << 16;
    hash ^= scramble(tail);
  }
  return finish(hash ^ bytes.length);
}

/** Hash of a routing value: over its UTF-16 code units, low byte first, as OpenSearch routes. */
export function murmur3Routing(routing: string): number {
  const units = routing.length;
  let hash = 0;
  for (let i = 0; i + 1 < units; i += 2) {
    hash = mixBlock(hash, routing.charCodeAt(i) | (routing.charCodeAt(i + 1) << 16));
  }
  if ((units & 1) === 1) hash ^= scramble(routing.charCodeAt(units - 1));
  return finish(hash ^ (units * 2));
}

function scramble(block: number): number {
  const mixed = Math.imul(block, C1);
  return Math.imul((mixed << 15) | (mixed >>> 17), C2);
}

function mixBlock(hash: number, block: number): number {
  const mixed = hash ^ scramble(block);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
