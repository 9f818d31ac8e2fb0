// Distances on a sphere, by the same tables and polynomials as Lucene's, so that sort values agree
// to the bit.
//   cos(a)   nearest of 2048 table angles, then four terms of the Taylor series around it
//   asin(x)  nearest of 8192 table values up to sin(73°), four terms; above that fdlibm's rational
//   key      (1 - cos Δlat) + cos lat1 · cos lat2 · (1 - cos Δlon), the last three bits cleared
//   meters   2 · 6371008.7714 · asin(√(key / 2))
// Upstream: org.apache.lucene.util.SloppyMath (9.12.3).

const RADIANS = 0.017453292519943295;
const EARTH_RADIUS_METERS = 6371008.7714;

function bits(high: number, low: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, high);
  view.setUint32(4, low);
  return view.getFloat64(0);
}

const COS_TABLE_SIZE = 2049;
const COS_DELTA_HIGH = (4 * bits(0x3ff921fb, 0x54400000)) / (COS_TABLE_SIZE - 1);
const COS_DELTA_LOW = (4 * bits(0x3dd0b461, 0x1a626331)) / (COS_TABLE_SIZE - 1);
const COS_INDEXER = 1 / (COS_DELTA_HIGH + COS_DELTA_LOW);
const COS_MODULO_MAX = ((2147483647 >> 9) / COS_INDEXER) * 0.99;
const SIN = new Float64Array(COS_TABLE_SIZE);
const COS = new Float64Array(COS_TABLE_SIZE);
for (let i = 0; i < COS_TABLE_SIZE; i++) {
  const angle = i * COS_DELTA_HIGH + i * COS_DELTA_LOW;
  SIN[i] = i === 1024 || i === 2048 ? 0 : Math.sin(angle);
  COS[i] = i === 512 || i === 1536 ? 0 : Math.cos(angle);
}

const ASIN_MAX = Math.sin(73 * RADIANS);
const ASIN_TABLE_SIZE = 8193;
const ASIN_DELTA = ASIN_MAX / (ASIN_TABLE_SIZE - 1);
const ASIN_INDEXER = 1 / ASIN_DELTA;
/** Five coefficients for each table value. */
const ASIN = new Float64Array(ASIN_TABLE_SIZE * 5);
for (let i = 0; i < ASIN_TABLE_SIZE; i++) {
  const x = i * ASIN_DELTA;
  const inverse = 1 / (1 - x * x);
  const power1 = Math.sqrt(inverse);
  const power3 = power1 * inverse;
  const power5 = power3 * inverse;
  const power7 = power5 * inverse;
  ASIN[5 * i] = Math.asin(x);
  ASIN[5 * i + 1] = power1;
  ASIN[5 * i + 2] = x * power3 * (1 / 2);
  ASIN[5 * i + 3] = (1 + 2 * x * x) * power5 * (1 / 6);
  ASIN[5 * i + 4] = (5 + 2 * x * (2 + x * (5 - 2 * x))) * power7 * (1 / 24);
}
const PIO2_HIGH = bits(0x3ff921fb, 0x54442d18);
const PIO2_LOW = bits(0x3c91a626, 0x33145c07);
const PS = [
  bits(0x3fc55555, 0x55555555),
  bits(0xbfd4d612, 0x03eb6f7d),
  bits(0x3fc9c155, 0x0e884455),
  bits(0xbfa48228, 0xb5688f3b),
  bits(0x3f49efe0, 0x7501b288),
  bits(0x3f023de1, 0x0dfdf709),
] as const;
const QS = [
  bits(0xc0033a27, 0x1c8a2d4b),
  bits(0x40002ae5, 0x9c598ac8),
  bits(0xbfe6066c, 0x1b8d0159),
  bits(0x3fb3b8c5, 0xb12e9282),
] as const;

function sloppyCos(angle: number): number {
  const a = Math.abs(angle);
  if (a > COS_MODULO_MAX) return Math.cos(a);
  let index = Math.trunc(a * COS_INDEXER + 0.5);
  const delta = a - index * COS_DELTA_HIGH - index * COS_DELTA_LOW;
  index &= COS_TABLE_SIZE - 2;
  const cos = COS[index]!;
  const sin = SIN[index]!;
  return (
    cos +
    delta * (-sin + delta * (-cos * (1 / 2) + delta * (sin * (1 / 6) + delta * cos * (1 / 24))))
  );
}

function sloppyAsin(value: number): number {
  if (value <= ASIN_MAX) {
    const index = Math.trunc(value * ASIN_INDEXER + 0.5);
    const delta = value - index * ASIN_DELTA;
    const at = 5 * index;
    return (
      ASIN[at]! +
      delta *
        (ASIN[at + 1]! + delta * (ASIN[at + 2]! + delta * (ASIN[at + 3]! + delta * ASIN[at + 4]!)))
    );
  }
  if (value >= 1) return value === 1 ? Math.PI / 2 : NaN;
  const t = (1 - value) * 0.5;
  const p = t * (PS[0] + t * (PS[1] + t * (PS[2] + t * (PS[3] + t * (PS[4] + t * PS[5])))));
  const q = 1 + t * (QS[0] + t * (QS[1] + t * (QS[2] + t * QS[3])));
  const s = Math.sqrt(t);
  const z = s + s * (p / q);
  return PIO2_HIGH - (z + z - PIO2_LOW);
}

const keyDouble = new Float64Array(1);
const keyWords = new Uint32Array(keyDouble.buffer);

/** A number that grows with the distance; sortKeyToMeters turns it into one. */
export function haversinSortKey(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const x1 = lat1 * RADIANS;
  const x2 = lat2 * RADIANS;
  const h1 = 1 - sloppyCos(x1 - x2);
  const h2 = 1 - sloppyCos((lon1 - lon2) * RADIANS);
  keyDouble[0] = h1 + sloppyCos(x1) * sloppyCos(x2) * h2;
  keyWords[0]! &= ~7;
  return keyDouble[0]!;
}

/** Meters of a sort key. */
export function sortKeyToMeters(sortKey: number): number {
  return EARTH_RADIUS_METERS * 2 * sloppyAsin(Math.min(1, Math.sqrt(sortKey * 0.5)));
}

/** Meters between two points. */
export function haversinMeters(lat1: number, lon1: number, lat2: number, lon2: number): number {
  return sortKeyToMeters(haversinSortKey(lat1, lon1, lat2, lon2));
}

/** The sort key of the largest distance that is ≤ `radius` meters. Upstream: GeoUtils. */
export function distanceQuerySortKey(radius: number): number {
  if (radius >= haversinMeters(0, 0, 0, 180)) return haversinMetersMaxKey();
  // The largest double whose meters are ≤ radius, by bisection over the doubles' bit images.
  const image = new BigInt64Array(1);
  const double = new Float64Array(image.buffer);
  let low = 0n;
  double[0] = 2 + 1e-9;
  let high = image[0]!;
  while (low <= high) {
    const middle = (low + high) >> 1n;
    image[0] = middle;
    if (sortKeyToMeters(double[0]!) > radius) high = middle - 1n;
    else low = middle + 1n;
  }
  image[0] = high;
  return double[0]!;
}

function haversinMetersMaxKey(): number {
  return haversinSortKey(0, 0, 0, 180);
}
