// Shapes of a query, and how they lie to the triangles that shapes are indexed as. Plane geometry
// in degrees, as Lucene does it; what touches intersects.
// Upstream: org.apache.lucene.geo.{Component2D,Polygon2D,Rectangle2D,Line2D,Point2D,Circle2D}.

import { haversinMeters } from "./sloppy-math.ts";

/** x is the longitude, y the latitude. */
export type XY = readonly [number, number];

/** One part of a query's shape. */
export type GeoGeometry =
  | { readonly kind: "point"; readonly at: XY }
  | { readonly kind: "line"; readonly points: readonly XY[] }
  /** The first ring is the outline, the others are holes; each is closed. */
  | { readonly kind: "polygon"; readonly rings: readonly (readonly XY[])[] }
  | { readonly kind: "circle"; readonly center: XY; readonly radiusMeters: number };

/** A point, a line or a triangle of an indexed shape, and which edges are the shape's own. */
export interface GeoTriangle {
  readonly a: XY;
  readonly b: XY;
  readonly c: XY;
  readonly ab: boolean;
  readonly bc: boolean;
  readonly ca: boolean;
}

/** A box as a polygon. */
export function boxGeometry(minX: number, maxX: number, minY: number, maxY: number): GeoGeometry {
  const ring: XY[] = [
    [minX, minY],
    [maxX, minY],
    [maxX, maxY],
    [minX, maxY],
    [minX, minY],
  ];
  return { kind: "polygon", rings: [ring] };
}

function orient([ax, ay]: XY, [bx, by]: XY, [cx, cy]: XY): number {
  return Math.sign((bx - ax) * (cy - ay) - (cx - ax) * (by - ay));
}

function isBetween(value: number, a: number, b: number): boolean {
  return value >= Math.min(a, b) && value <= Math.max(a, b);
}

function isOnSegment(p: XY, a: XY, b: XY): boolean {
  return orient(a, b, p) === 0 && isBetween(p[0], a[0], b[0]) && isBetween(p[1], a[1], b[1]);
}

/** Do segments meet? `strictly`: only where each passes through the other. */
function segmentsMeet(a: XY, b: XY, c: XY, d: XY, strictly: boolean): boolean {
  const [c1, d1] = [orient(a, b, c), orient(a, b, d)];
  const [a1, b1] = [orient(c, d, a), orient(c, d, b)];
  if (c1 * d1 < 0 && a1 * b1 < 0) return true;
  if (strictly) return false;
  return (
    isOnSegment(c, a, b) || isOnSegment(d, a, b) || isOnSegment(a, c, d) || isOnSegment(b, c, d)
  );
}

function isInTriangle(p: XY, { a, b, c }: GeoTriangle, strictly = false): boolean {
  const signs = [orient(a, b, p), orient(b, c, p), orient(c, a, p)];
  if (orient(a, b, c) === 0) {
    return !strictly && (isOnSegment(p, a, b) || isOnSegment(p, b, c) || isOnSegment(p, c, a));
  }
  const bound = strictly ? 1 : 0;
  return signs.every((sign) => sign >= bound) || signs.every((sign) => sign <= -bound);
}

/** 1 inside of a ring, 0 on it, -1 outside. */
function ringSide(p: XY, ring: readonly XY[]): number {
  let inside = false;
  for (let i = 1; i < ring.length; i++) {
    const a = ring[i - 1]!;
    const b = ring[i]!;
    if (isOnSegment(p, a, b)) return 0;
    if (a[1] > p[1] !== b[1] > p[1]) {
      const x = ((b[0] - a[0]) * (p[1] - a[1])) / (b[1] - a[1]) + a[0];
      if (p[0] < x) inside = !inside;
    }
  }
  return inside ? 1 : -1;
}

/** Does a part hold a point? Its boundary belongs to it. */
export function holdsPoint(part: GeoGeometry, p: XY): boolean {
  switch (part.kind) {
    case "point":
      return part.at[0] === p[0] && part.at[1] === p[1];
    case "line":
      return part.points.some((b, i) => i > 0 && isOnSegment(p, part.points[i - 1]!, b));
    case "polygon": {
      const [outline, ...holes] = part.rings;
      return ringSide(p, outline!) >= 0 && holes.every((hole) => ringSide(p, hole) <= 0);
    }
    case "circle":
      return haversinMeters(part.center[1], part.center[0], p[1], p[0]) <= part.radiusMeters;
  }
}

/** Lines of a part: rings and paths. */
function pathsOf(part: GeoGeometry): readonly (readonly XY[])[] {
  if (part.kind === "polygon") return part.rings;
  return part.kind === "line" ? [part.points] : [];
}

/** Does an edge meet a part's lines? Of a circle: does it come near enough to the center? */
function edgeMeets(part: GeoGeometry, a: XY, b: XY, strictly = false): boolean {
  if (part.kind === "circle") return !strictly && holdsPoint(part, nearestTo(part.center, a, b));
  if (part.kind === "point") return !strictly && isOnSegment(part.at, a, b);
  for (const path of pathsOf(part)) {
    for (let i = 1; i < path.length; i++) {
      if (segmentsMeet(a, b, path[i - 1]!, path[i]!, strictly)) return true;
    }
  }
  return false;
}

/** The point of a segment that is nearest to a center, a degree of longitude shrunk as there. */
function nearestTo(center: XY, a: XY, b: XY): XY {
  const scale = Math.cos((center[1] * Math.PI) / 180);
  const dx = (b[0] - a[0]) * scale;
  const dy = b[1] - a[1];
  const length = dx * dx + dy * dy;
  if (length === 0) return a;
  const along = ((center[0] - a[0]) * scale * dx + (center[1] - a[1]) * dy) / length;
  const t = Math.max(0, Math.min(1, along));
  return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
}

/** A point of each path of a part, or its center. */
function samplesOf(part: GeoGeometry): XY[] {
  if (part.kind === "point") return [part.at];
  if (part.kind === "circle") return [part.center];
  return pathsOf(part).map((path) => path[0]!);
}

/** Have a part and a triangle a point in common? */
export function intersectsTriangle(part: GeoGeometry, triangle: GeoTriangle): boolean {
  const { a, b, c } = triangle;
  if (holdsPoint(part, a) || holdsPoint(part, b) || holdsPoint(part, c)) return true;
  if (edgeMeets(part, a, b) || edgeMeets(part, b, c) || edgeMeets(part, c, a)) return true;
  return isInTriangle(samplesOf(part)[0]!, triangle);
}

/** Is the whole triangle in a part? */
export function containsTriangle(part: GeoGeometry, triangle: GeoTriangle): boolean {
  const { a, b, c } = triangle;
  if (!holdsPoint(part, a) || !holdsPoint(part, b) || !holdsPoint(part, c)) return false;
  if (part.kind === "circle" || part.kind === "point") return true;
  const edges: readonly (readonly [XY, XY])[] = [
    [a, b],
    [b, c],
    [c, a],
  ];
  for (const [from, to] of edges) {
    if (edgeMeets(part, from, to, true)) return false;
    if (!holdsPoint(part, [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2])) return false;
  }
  if (part.kind !== "polygon") return orient(a, b, c) === 0;
  return part.rings.slice(1).every((hole) => !hole.some((p) => isInTriangle(p, triangle, true)));
}

/** How a part lies in a shape, as one of its triangles tells. */
export type WithinRelation = "candidate" | "not-within" | "disjoint";

/** Tells whether a part may lie within the shape of a triangle. */
export function withinTriangle(part: GeoGeometry, triangle: GeoTriangle): WithinRelation {
  const { a, b, c, ab, bc, ca } = triangle;
  if (part.kind === "point") return isInTriangle(part.at, triangle) ? "candidate" : "disjoint";
  const hasArea = part.kind !== "line";
  if (hasArea && [a, b, c].some((p) => holdsPoint(part, p))) return "not-within";
  let candidate = false;
  const isFlat = orient(a, b, c) === 0;
  for (const [from, to, isOwn] of [[a, b, ab] as const, [b, c, bc] as const, [c, a, ca] as const]) {
    if (!edgeMeets(part, from, to, !hasArea && !isFlat)) continue;
    if (isOwn && (hasArea || !isFlat)) return "not-within";
    candidate = true;
  }
  if (candidate || isInTriangle(samplesOf(part)[0]!, triangle)) return "candidate";
  return "disjoint";
}
