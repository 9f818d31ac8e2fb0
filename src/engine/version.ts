// Versions. The API presents itself as the newest OpenSearch whose surface it follows; what it
// writes is stamped with the oldest version that can hold it, so that every later one restores it.

import { illegalArgument } from "../base/index.ts";

export { VARVE_VERSION } from "../base/index.ts";

/**
 * OpenSearch's version ids carry this bit; Elasticsearch's do not. Upstream:
 * org.opensearch.Version.MASK.
 */
const OPENSEARCH_MASK = 0x08000000;

/** The OpenSearch whose REST surface is followed. */
export const API_VERSION = "3.8.0";
/** The Lucene of that OpenSearch. */
export const API_LUCENE_VERSION = "10.5.0";
/** The floor: the oldest OpenSearch that must restore what is written. */
export const FLOOR_VERSION = "2.0.0";

/** `2.19.6` → 137190699 … : major * 1000000 + minor * 10000 + revision * 100 + 99, masked. */
export function versionId(text: string): number {
  const match = /^(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (match === null) throw illegalArgument(`Not a version: [${text}]`);
  const [major, minor, revision] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return (major * 1_000_000 + minor * 10_000 + revision * 100 + 99) ^ OPENSEARCH_MASK;
}

/** The text of a version id, of OpenSearch or of Elasticsearch. */
export function versionOfId(id: number): string {
  const plain = (id & OPENSEARCH_MASK) !== 0 ? id ^ OPENSEARCH_MASK : id;
  const revision = Math.floor(plain / 100) % 100;
  return `${Math.floor(plain / 1_000_000)}.${Math.floor(plain / 10_000) % 100}.${revision}`;
}
