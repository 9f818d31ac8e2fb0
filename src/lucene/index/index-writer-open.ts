// Where a writer starts: the newest commit, an older one, or nothing.
// Upstream: the constructor of IndexWriter, IndexFileDeleter.inflateGens (9.1.0).

import { codecForName } from "../codecs/registry.ts";
import type { Directory } from "../store/index.ts";
import type { IndexWriterSettings } from "./index-writer-config.ts";
import { type LuceneVersion, luceneVersion, type SegmentInfos } from "./segment-info.ts";
import { lastCommitGeneration, readCommit } from "./segment-infos.ts";

const NEW_VERSION_MAJOR = 9;
/** The version that every OpenSearch 2.x and 3.x reads. */
export const VERSION_FLOOR: LuceneVersion = luceneVersion("9.1.0");

/** The segments to start from. `isNewest`: they are those of the newest commit on disk. */
export function openInfos(
  directory: Directory,
  settings: IndexWriterSettings,
): { infos: SegmentInfos; isNewest: boolean } {
  const names = directory.listAll();
  const newest = lastCommitGeneration(names);
  if (newest === -1 || settings.create === true) {
    return { infos: newInfos(settings, newest, names), isNewest: false };
  }
  const generation = settings.commitGeneration ?? newest;
  const infos = readCommit(directory, generation);
  for (const segment of infos.segments) codecForName(segment.info.codec);
  infos.counter = Math.max(infos.counter, counterAbove(names));
  infos.generation = newest;
  return { infos, isNewest: generation === newest };
}

function newInfos(
  settings: IndexWriterSettings,
  generation: number,
  names: readonly string[],
): SegmentInfos {
  const createdMajor = settings.indexCreatedVersionMajor ?? NEW_VERSION_MAJOR;
  return {
    id: settings.random.bytes(16),
    generation,
    version: 0,
    counter: counterAbove(names),
    indexCreatedVersionMajor: createdMajor,
    luceneVersion: VERSION_FLOOR,
    minSegmentVersion: undefined,
    segments: [],
    userData: new Map(),
  };
}

/** A segment counter above every segment name in the folder. */
function counterAbove(names: readonly string[]): number {
  let counter = 0;
  for (const name of names) {
    const match = /^_([0-9a-z]+)[._]/.exec(name);
    if (match !== null) counter = Math.max(counter, Number.parseInt(match[1]!, 36) + 1);
  }
  return counter;
}

/** Lucene refuses segments that are older than the index's created major. */
export function versionFor(wanted: LuceneVersion, infos: SegmentInfos): LuceneVersion {
  const major = infos.indexCreatedVersionMajor;
  return wanted.major >= major ? wanted : { major, minor: 0, bugfix: 0 };
}
