// Queries over geographic points: within a distance, within a box. Both work on points (two 4-byte
// dimensions, latitude first) and on doc values (latitude in the high half, longitude in the low).
// Upstream: org.apache.lucene.document.{LatLonPoint,LatLonPointDistanceQuery,LatLonPointQuery,
// LatLonDocValuesDistanceQuery,LatLonDocValuesField}, org.apache.lucene.geo.{Rectangle,GeoUtils}.

import { illegalArgument } from "../../base/index.ts";
import type { PointRelation, SortedNumericDocValues } from "../index/leaf-reader.ts";
import { BooleanQuery } from "./boolean-query.ts";
import { ConstantScoreQuery, ConstantScoreWeight } from "./constant-score-query.ts";
import { numericValues } from "./doc-values-query.ts";
import {
  decodeLatitude,
  decodeLongitude,
  encodeLatitude,
  encodeLatitudeCeil,
  encodeLongitude,
  encodeLongitudeCeil,
  readSortableInt,
  writeSortableInt,
} from "./geo-encoding.ts";
import { PointQuery, PointRangeQuery } from "./point-query.ts";
import { Query, type ScoreMode, type Searcher, type Weight } from "./query.ts";
import { distanceQuerySortKey, haversinSortKey } from "./sloppy-math.ts";

const RADIANS = Math.PI / 180;
const EARTH_RADIUS_METERS = 6371008.7714;
/** Slack of the box around a circle, in radians. Upstream: GeoUtils.AXISLAT_ERROR. */
const MAX_LAT = 90;

interface Box {
  readonly minLat: number;
  readonly maxLat: number;
  readonly minLon: number;
  readonly maxLon: number;
}

function checkLatLon(latitude: number, longitude: number): void {
  if (!(Math.abs(latitude) <= 90)) {
    throw illegalArgument(`invalid latitude ${latitude}; must be between -90.0 and 90.0`);
  }
  if (!(Math.abs(longitude) <= 180)) {
    throw illegalArgument(`invalid longitude ${longitude}; must be between -180.0 and 180.0`);
  }
}

/** The box around a circle. */
function boxAround(latitude: number, longitude: number, radius: number): Box {
  const lat = latitude * RADIANS;
  const lon = longitude * RADIANS;
  const distance = (radius + 7e-2) / EARTH_RADIUS_METERS;
  let minLat = lat - distance;
  let maxLat = lat + distance;
  let minLon = -Math.PI;
  let maxLon = Math.PI;
  if (minLat > -Math.PI / 2 && maxLat < Math.PI / 2) {
    const delta = Math.asin(Math.min(1, Math.sin(distance) / Math.cos(lat)));
    minLon = lon - delta;
    if (minLon < -Math.PI) minLon += 2 * Math.PI;
    maxLon = lon + delta;
    if (maxLon > Math.PI) maxLon -= 2 * Math.PI;
  } else {
    minLat = Math.max(minLat, -Math.PI / 2);
    maxLat = Math.min(maxLat, Math.PI / 2);
  }
  const clamp = (value: number, bound: number) => Math.max(-bound, Math.min(bound, value));
  return {
    minLat: clamp(minLat / RADIANS, MAX_LAT),
    maxLat: clamp(maxLat / RADIANS, MAX_LAT),
    minLon: clamp(minLon / RADIANS, 180),
    maxLon: clamp(maxLon / RADIANS, 180),
  };
}

/** Points within a radius. */
export class LatLonPointDistanceQuery extends PointQuery {
  readonly latitude: number;
  readonly longitude: number;
  readonly radiusMeters: number;
  private readonly box: Box;
  private readonly sortKey: number;

  constructor(field: string, latitude: number, longitude: number, radiusMeters: number) {
    super(field);
    checkLatLon(latitude, longitude);
    if (!Number.isFinite(radiusMeters) || radiusMeters < 0) {
      throw illegalArgument(`radiusMeters: '${radiusMeters}' is invalid`);
    }
    this.latitude = latitude;
    this.longitude = longitude;
    this.radiusMeters = radiusMeters;
    this.box = boxAround(latitude, longitude, radiusMeters);
    this.sortKey = distanceQuerySortKey(radiusMeters);
  }

  /** Is a point, in degrees, within the radius? */
  contains(latitude: number, longitude: number): boolean {
    return haversinSortKey(this.latitude, this.longitude, latitude, longitude) <= this.sortKey;
  }

  matchesValue(packed: Uint8Array): boolean {
    return this.contains(
      decodeLatitude(readSortableInt(packed, 0)),
      decodeLongitude(readSortableInt(packed, 4)),
    );
  }

  compareCell(min: Uint8Array, max: Uint8Array): PointRelation {
    const cell: Box = {
      minLat: decodeLatitude(readSortableInt(min, 0)),
      minLon: decodeLongitude(readSortableInt(min, 4)),
      maxLat: decodeLatitude(readSortableInt(max, 0)),
      maxLon: decodeLongitude(readSortableInt(max, 4)),
    };
    if (this.isOutsideBox(cell)) return "outside";
    return this.isWholeCellInside(cell) ? "inside" : "crosses";
  }

  private isOutsideBox(cell: Box): boolean {
    const { box } = this;
    // A little slack, so that rounding in the box never loses a point.
    const slack = 1e-9;
    if (cell.maxLat < box.minLat - slack || cell.minLat > box.maxLat + slack) return true;
    if (box.minLon <= box.maxLon) {
      return cell.maxLon < box.minLon - slack || cell.minLon > box.maxLon + slack;
    }
    return cell.minLon > box.maxLon + slack && cell.maxLon < box.minLon - slack;
  }

  /** All corners inside, and the cell is small: a circle less than a quarter around is convex. */
  private isWholeCellInside(cell: Box): boolean {
    if (cell.maxLon - this.longitude >= 90 || this.longitude - cell.minLon >= 90) return false;
    return (
      this.contains(cell.minLat, cell.minLon) &&
      this.contains(cell.minLat, cell.maxLon) &&
      this.contains(cell.maxLat, cell.minLon) &&
      this.contains(cell.maxLat, cell.maxLon)
    );
  }

  toString(): string {
    return `${this.field}:${this.latitude},${this.longitude} +/- ${this.radiusMeters} meters`;
  }
}

/** Points in a box; minLongitude > maxLongitude crosses the dateline. */
export class LatLonPointInBoxQuery extends Query {
  readonly field: string;
  readonly minLatitude: number;
  readonly maxLatitude: number;
  readonly minLongitude: number;
  readonly maxLongitude: number;

  constructor(
    field: string,
    minLatitude: number,
    maxLatitude: number,
    minLongitude: number,
    maxLongitude: number,
  ) {
    super();
    checkLatLon(minLatitude, minLongitude);
    checkLatLon(maxLatitude, maxLongitude);
    this.field = field;
    this.minLatitude = minLatitude;
    this.maxLatitude = maxLatitude;
    this.minLongitude = minLongitude;
    this.maxLongitude = maxLongitude;
  }

  override rewrite(): Query {
    const { minLongitude, maxLongitude } = this;
    if (minLongitude <= maxLongitude) return this.range(minLongitude, maxLongitude);
    return new ConstantScoreQuery(
      new BooleanQuery([
        { query: this.range(minLongitude, 180), occur: "should" },
        { query: this.range(-180, maxLongitude), occur: "should" },
      ]),
    );
  }

  private range(minLongitude: number, maxLongitude: number): Query {
    const lower = new Uint8Array(8);
    const upper = new Uint8Array(8);
    writeSortableInt(encodeLatitudeCeil(this.minLatitude), lower, 0);
    writeSortableInt(encodeLongitudeCeil(minLongitude), lower, 4);
    writeSortableInt(encodeLatitude(this.maxLatitude), upper, 0);
    writeSortableInt(encodeLongitude(maxLongitude), upper, 4);
    return new PointRangeQuery(this.field, lower, upper, 2);
  }

  createWeight(searcher: Searcher, scoreMode: ScoreMode, boost: number): Weight {
    return searcher.rewrite(this).createWeight(searcher, scoreMode, boost);
  }

  toString(): string {
    return (
      `${this.field}:[${this.minLatitude} TO ${this.maxLatitude}],` +
      `[${this.minLongitude} TO ${this.maxLongitude}]`
    );
  }
}

/** Points of doc values that pass a test; the field needs no points. */
export class LatLonDocValuesQuery extends Query {
  readonly field: string;
  private readonly description: string;
  private readonly test: (latitude: number, longitude: number) => boolean;

  constructor(
    field: string,
    description: string,
    test: (latitude: number, longitude: number) => boolean,
  ) {
    super();
    this.field = field;
    this.description = description;
    this.test = test;
  }

  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, boost: number): Weight {
    return new ConstantScoreWeight(this, boost, ({ reader }) => {
      const values = numericValues(reader, this.field);
      if (values === undefined) return undefined;
      return { approximation: values, matchCost: 100, matches: () => this.matches(values) };
    });
  }

  private matches(values: SortedNumericDocValues): boolean {
    for (let left = values.docValueCount(); left > 0; left--) {
      values.nextValue();
      if (this.test(decodeLatitude(values.longHigh()), decodeLongitude(values.longLow() | 0))) {
        return true;
      }
    }
    return false;
  }

  toString(): string {
    return `${this.field}:${this.description}`;
  }
}
