// The cities as bulk bodies, and the index they go to.

import { type City, cityDocument, loadCities } from "../demo/cities.ts";
import { call, type Peer } from "./peer.ts";

const BODY_DOCUMENTS = 5000;
const MAPPINGS = {
  properties: {
    name: { type: "text", fields: { raw: { type: "keyword" } } },
    country: { type: "keyword" },
    admin: { type: "keyword" },
    feature: { type: "keyword" },
    population: { type: "long" },
    founded: { type: "date" },
    location: { type: "geo_point" },
  },
};

let bodies: string[] | undefined;
/** Number of cities. */
export const CITY_COUNT = 135_233;

/** Bulk bodies of 5,000 cities each. */
export function cityBodies(): readonly string[] {
  if (bodies !== undefined) return bodies;
  const cities = loadCities();
  bodies = [];
  for (let start = 0; start < cities.length; start += BODY_DOCUMENTS) {
    bodies.push(
      cities
        .slice(start, start + BODY_DOCUMENTS)
        .map(lineOf)
        .join(""),
    );
  }
  return bodies;
}

function lineOf(city: City): string {
  const source = { ...cityDocument(city), founded: (city.cityId % 20_000) * 86_400_000 };
  return `{"index":{"_id":"${city.cityId}"}}\n${JSON.stringify(source)}\n`;
}

/** Makes the index anew and fills it. */
export async function indexCities(peer: Peer, index: string, shards = 1): Promise<void> {
  await fetch(`${peer.url}/${index}`, { method: "DELETE" });
  await call(peer, "PUT", `/${index}`, {
    settings: { number_of_shards: shards, number_of_replicas: 0 },
    mappings: MAPPINGS,
  });
  for (const body of cityBodies()) {
    const answer = await call(peer, "POST", `/${index}/_bulk`, body);
    if (answer.errors) throw new Error("The bulk had errors");
  }
}
