// Distances against the plain formula, the search bound by its meaning, norms and idf against values of
// the real server. (That distances equal Lucene's to the bit is held by the fixtures' sort values.)

import { describe, expect, test } from "vitest";
import { byte4ToInt, idfOf } from "../../../src/lucene/search/bm25-similarity.ts";
import {
  distanceQuerySortKey,
  haversinMeters,
  haversinSortKey,
} from "../../../src/lucene/search/sloppy-math.ts";

describe("haversinMeters", () => {
  test("is near the plain formula when points are anywhere", () => {
    const radians = Math.PI / 180;
    for (let lat = -85; lat <= 85; lat += 17) {
      for (let lon = -175; lon <= 175; lon += 23) {
        const dLat = (lat - 10) * radians;
        const dLon = (lon - 20) * radians;
        const a =
          Math.sin(dLat / 2) ** 2 +
          Math.cos(10 * radians) * Math.cos(lat * radians) * Math.sin(dLon / 2) ** 2;
        const plain = 2 * 6371008.7714 * Math.asin(Math.sqrt(a));
        expect(Math.abs(haversinMeters(10, 20, lat, lon) - plain)).toBeLessThan(0.01);
      }
    }
  });

  test("is zero when the points are one", () => {
    expect(haversinMeters(10, 20, 10, 20)).toBe(0);
  });
});

describe("distanceQuerySortKey", () => {
  test("is the largest key whose distance is within the radius", () => {
    for (const radius of [0.5, 10, 1234.5, 2_000_000, 19_000_000]) {
      const bound = distanceQuerySortKey(radius);
      for (let lon = 0; lon <= 180; lon += 0.37) {
        const within = haversinMeters(0, 0, 0, lon) <= radius;
        expect(haversinSortKey(0, 0, 0, lon) <= bound).toBe(within);
      }
    }
  });
});

describe("norms", () => {
  test("byte4ToInt keeps small lengths and grows with the byte", () => {
    for (let byte = 0; byte < 40; byte++) expect(byte4ToInt(byte)).toBe(byte);
    for (let byte = 1; byte < 256; byte++) {
      expect(byte4ToInt(byte)).toBeGreaterThan(byte4ToInt(byte - 1));
    }
    // SmallFloat.byte4ToInt((byte) 255).
    expect(byte4ToInt(255)).toBe(2013265944);
  });

  test("idfOf is a float", () => {
    const idf = idfOf(56, 59);
    expect(idf).toBe(Math.fround(idf));
    // As OpenSearch 3.6.0 explains it: 56 of 59 documents.
    expect(String(Number(idf.toPrecision(8)))).toBe("0.060103923");
  });
});
