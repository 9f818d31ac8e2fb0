// A field's length as one byte, as BM25Similarity writes it: exact below 24+16, then a float with
// four significant bits. Upstream: SmallFloat.intToByte4, BM25Similarity.computeNorm (9.1.0).

/** 255 − longToInt4(2^31 − 1): lengths below it are stored as they are. */
const FREE_VALUES = 255 - lengthToInt4(2147483647);

function lengthToInt4(value: number): number {
  const bits = 32 - Math.clz32(value);
  if (bits < 4) return value;
  const shift = bits - 4;
  return ((value >>> shift) & 0x07) | ((shift + 1) << 3);
}

/** The norm of a field of `length` tokens, as a signed byte. */
export function fieldLengthNorm(length: number): number {
  const byte = length < FREE_VALUES ? length : FREE_VALUES + lengthToInt4(length - FREE_VALUES);
  return (byte << 24) >> 24;
}
