// Versions as the formats hold them: a text in index-N ("2.19.6"), an id elsewhere.
//
//   id = (major * 1000000 + minor * 10000 + revision * 100 + 99) ^ 0x08000000   for OpenSearch
//   id =  major * 1000000 + minor * 10000 + revision * 100 + 99                 for Elasticsearch
// 2.0.0 is 136217827, 7.10.2 (Elasticsearch) is 7100299. Upstream: org.opensearch.Version.

import { corrupt } from "../../base/index.ts";

const OPENSEARCH_MASK = 0x08000000;

/** A version of OpenSearch, or of Elasticsearch before the fork. */
export interface ServerVersion {
  major: number;
  minor: number;
  revision: number;
  elasticsearch: boolean;
}

/** The version an id stands for. */
export function versionOfId(id: number): ServerVersion {
  if (!Number.isSafeInteger(id) || id < 0) throw corrupt(`[${id}] is not a version id`);
  const elasticsearch = (id & OPENSEARCH_MASK) === 0;
  const plain = elasticsearch ? id : id ^ OPENSEARCH_MASK;
  return {
    major: Math.floor(plain / 1000000),
    minor: Math.floor(plain / 10000) % 100,
    revision: Math.floor(plain / 100) % 100,
    elasticsearch,
  };
}

/** The id of a version. */
export function idOfVersion(version: ServerVersion): number {
  const { major, minor, revision } = version;
  const plain = major * 1000000 + minor * 10000 + revision * 100 + 99;
  return version.elasticsearch ? plain : plain ^ OPENSEARCH_MASK;
}

/** "2.19.6". */
export function formatVersion(version: ServerVersion): string {
  return `${version.major}.${version.minor}.${version.revision}`;
}

/**
 * Reads "2.19.6"; a qualifier is ignored. OpenSearch has 1 to 3: 4 and later are Elasticsearch.
 */
export function parseVersion(text: string): ServerVersion {
  const match = /^(\d{1,3})\.(\d{1,2})\.(\d{1,2})(?:-.*)?$/.exec(text);
  if (match === null) throw corrupt(`[${text}] is not a version`);
  const major = Number(match[1]);
  const elasticsearch = major >= 4;
  return { major, minor: Number(match[2]), revision: Number(match[3]), elasticsearch };
}

/** Negative when `a` is older than `b`; Elasticsearch is older than any OpenSearch. */
export function compareVersions(a: ServerVersion, b: ServerVersion): number {
  if (a.elasticsearch !== b.elasticsearch) return a.elasticsearch ? -1 : 1;
  return a.major - b.major || a.minor - b.minor || a.revision - b.revision;
}
