// Geographic points: Lucene's 32-bit encoding of degrees and the haversine sort key, and queries.
// Upstream: org.apache.lucene.geo.{GeoEncodingUtils,GeoUtils},org.apache.lucene.util.SloppyMath,
// org.apache.lucene.document.{LatLonPoint,LatLonPointDistanceQuery,LatLonDocValuesField}.

import { Query, type ScoreMode, type Searcher, type Weight } from "./query.ts";

/** Points within a radius. */
export class LatLonPointDistanceQuery extends Query {
  readonly field: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly radiusMeters: number;
  constructor(field: string, latitude: number, longitude: number, radiusMeters: number) {
    super();
    this.field = field;
    this.latitude = latitude;
    this.longitude = longitude;
    this.radiusMeters = radiusMeters;
  }
  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, _boost: number): Weight {
    throw new Error("pending");
  }
  toString(): string { return ""; }
}

/** Points in a box; minLongitude > maxLongitude crosses the dateline. */
export class LatLonPointInBoxQuery extends Query {
  readonly field: string;
  readonly minLatitude: number;
  readonly maxLatitude: number;
  readonly minLongitude: number;
  readonly maxLongitude: number;
  constructor(
    field: string, minLatitude: number, maxLatitude: number,
    minLongitude: number, maxLongitude: number,
  ) {
    super();
    this.field = field;
    this.minLatitude = minLatitude;
    this.maxLatitude = maxLatitude;
    this.minLongitude = minLongitude;
    this.maxLongitude = maxLongitude;
  }
  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, _boost: number): Weight {
    throw new Error("pending");
  }
  toString(): string { return ""; }
}
