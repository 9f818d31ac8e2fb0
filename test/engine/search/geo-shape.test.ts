// Searches by shape over shapes that servers indexed: squares, whose relation to a box is plain.

import { afterAll, describe, expect, test } from "vitest";
import { encodeJson } from "../../../src/xcontent/index.ts";
import { FixtureIndices } from "./fixture-indices.ts";
import { eachRecorded } from "./recorded-parts.ts";

eachRecorded(
  "geo_shape finds what the server found in",
  "geo_shape",
  (response, { response: real }) => {
    const ids = (hits: any[]) => hits.map(({ _id, _score, _source }) => ({ _id, _score, _source }));
    expect(response.hits.total).toEqual(real.hits.total);
    expect(ids(response.hits.hits)).toEqual(ids(real.hits.hits));
  },
);

type Box = readonly [number, number, number, number];

function boxOf({ coordinates }: { coordinates: any }): Box {
  const corners: number[][] = typeof coordinates[0] === "number" ? [coordinates] : coordinates[0];
  const xs = corners.map(([x]) => x!);
  const ys = corners.map(([, y]) => y!);
  return [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
}

const isInside = (a: Box, b: Box): boolean =>
  a[0] >= b[0] && a[1] <= b[1] && a[2] >= b[2] && a[3] <= b[3];
const meets = (a: Box, b: Box): boolean =>
  a[0] <= b[1] && a[1] >= b[0] && a[2] <= b[3] && a[3] >= b[2];

const RELATIONS: Record<string, (shape: Box, query: Box) => boolean> = {
  intersects: meets,
  disjoint: (shape, query) => !meets(shape, query),
  within: isInside,
  // A shape does not contain what its own edge touches.
  contains: ([a, b, c, d], [e, f, g, h]) => a < e && b > f && c < g && d > h,
};

describe("geo_shape by relation", () => {
  const fixture = new FixtureIndices("os3.6.0-types");
  afterAll(() => fixture.remove());
  const hitsOf = async (query: object): Promise<any[]> => {
    const shards = await fixture.shards("ve-types");
    const request = { body: { size: 100, query } as any, params: {} };
    return JSON.parse(encodeJson(await fixture.service.search(shards, request))).hits.hits;
  };
  const boxes: Box[] = [
    [0, 12, 0, 12],
    [5, 7, 5, 7],
    [3, 3.5, 6.25, 9],
    [40, 50, 40, 50],
    [-10, 40, -10, 40],
  ];
  const forms: Record<string, (box: Box) => unknown> = {
    envelope: ([x, X, y, Y]) => ({
      type: "envelope",
      coordinates: [
        [x, Y],
        [X, y],
      ],
    }),
    polygon: ([x, X, y, Y]) => ({
      type: "Polygon",
      coordinates: [
        [
          [x, y],
          [X, y],
          [X, Y],
          [x, Y],
          [x, y],
        ],
      ],
    }),
    text: ([x, X, y, Y]) => `POLYGON ((${x} ${y}, ${X} ${y}, ${X} ${Y}, ${x} ${Y}, ${x} ${y}))`,
  };
  for (const [relation, holds] of Object.entries(RELATIONS)) {
    for (const [form, make] of Object.entries(forms)) {
      test.each(boxes)(
        `finds squares that are ${relation} of a ${form} %d %d %d %d`,
        async (...box) => {
          const all = await hitsOf({ exists: { field: "seq" } });
          const expected = all
            .filter(({ _source }) => _source.shape?.coordinates !== undefined)
            .filter(({ _source }) => holds(boxOf(_source.shape), box))
            .map(({ _id }) => _id);
          const found = await hitsOf({ geo_shape: { shape: { shape: make(box), relation } } });
          expect(found.map(({ _id }) => _id).sort()).toEqual(expected.sort());
        },
      );
    }
  }

  test("finds points inside of a box, and rejects other relations of points", async () => {
    const shape = {
      type: "envelope",
      coordinates: [
        [-180, 90],
        [0, -90],
      ],
    };
    const found = await hitsOf({ geo_shape: { loc: { shape } } });
    const box = { top: 90, left: -180, bottom: -90, right: 0 };
    const expected = await hitsOf({ geo_bounding_box: { loc: box } });
    expect(found.length).toBeGreaterThan(0);
    expect(found.map(({ _id }) => _id).sort()).toEqual(expected.map(({ _id }) => _id).sort());
    await expect(
      hitsOf({ geo_shape: { loc: { shape, relation: "within" } } }),
    ).rejects.toMatchObject({
      cause: { message: "WITHIN query relation not supported for Field [loc]." },
    });
  });

  test("finds the squares that hold a point", async () => {
    const shape = { type: "point", coordinates: [5, 5] };
    const found = await hitsOf({ geo_shape: { shape: { shape, relation: "contains" } } });
    expect(found.length).toBeGreaterThan(0);
    for (const { _source } of found)
      expect(isInside([5, 5, 5, 5], boxOf(_source.shape))).toBe(true);
  });
});
