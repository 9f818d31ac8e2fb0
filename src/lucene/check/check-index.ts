// A commit against Lucene's own invariants: that counts are what is there, that orders hold, that
// everything decodes. Checksums are somebody else's: bytes may be whole and still say nonsense.
//
//   PART           LOOKED AT
//   commit         segments_N and .si decode, each file is there, counts fit
//   live-docs      deleted documents are as many as the commit says, hard and soft
//   stored-fields  of every document, deleted ones too
//   postings       terms in order; documents, frequencies, positions, offsets; all sums
//   norms          a document with terms has one
//   doc-values     documents in order, ords within their dictionaries, dictionaries in order
//   points         within their bounds, as many as said
//   index-sort     each document is behind the one before
// A feature that is not read is named and is no problem. Upstream: CheckIndex (9.12.3).

import { corrupt, VarveError } from "../../base/index.ts";
import { DocValuesType, type FieldInfo, hasNorms, IndexOptions } from "../index/field-info.ts";
import type { Bits, LeafReader } from "../index/leaf-reader.ts";
import type { SegmentCommitInfo, SegmentInfos } from "../index/segment-info.ts";
import { segmentsFileName } from "../index/segment-info.ts";
import { readLatestCommit, segmentCommitFiles } from "../index/segment-infos.ts";
import { openSegmentReader, type SegmentReader } from "../index/segment-reader.ts";
import { type Directory, PageMiss } from "../store/index.ts";
import { checkDocValues } from "./check-doc-values.ts";
import { checkIndexSort } from "./check-index-sort.ts";
import { checkPoints } from "./check-points.ts";
import { checkNorms, checkPostings } from "./check-postings.ts";

/** What of a segment is looked at. */
export type CheckedPart =
  | "commit"
  | "segment"
  | "live-docs"
  | "stored-fields"
  | "postings"
  | "norms"
  | "doc-values"
  | "points"
  | "index-sort";

/** What is wrong, or what was not looked at. */
export interface StructureProblem {
  readonly part: CheckedPart;
  readonly segment: string | undefined;
  readonly field: string | undefined;
  /** The file that most likely holds it. */
  readonly file: string;
  readonly message: string;
  /** True: it was not looked at, because this program does not read it. */
  readonly notChecked: boolean;
}

const EXTENSIONS: Readonly<Record<CheckedPart, string>> = {
  commit: "si",
  segment: "si",
  "live-docs": "liv",
  "stored-fields": "fdt",
  postings: "tim",
  norms: "nvd",
  "doc-values": "dvd",
  points: "kdd",
  "index-sort": "si",
};

/** Reads the commit and checks it as a whole. Undefined where it cannot be read. */
export function checkCommit(
  directory: Directory,
  problems: StructureProblem[],
): SegmentInfos | undefined {
  const names = new Set(directory.listAll());
  const file = [...names].find((name) => name.startsWith("segments_")) ?? "segments_N";
  const report = (segment: string | undefined, run: () => void) =>
    attempt(problems, { part: "commit", segment, field: undefined, file }, run);
  let infos: SegmentInfos | undefined;
  report(undefined, () => {
    infos = readLatestCommit(directory);
  });
  if (infos === undefined) return undefined;
  const commitFile = segmentsFileName(infos.generation);
  const seen = new Set<string>();
  for (const commit of infos.segments) {
    const { name, maxDoc } = commit.info;
    const place = { part: "commit", segment: name, field: undefined, file: commitFile } as const;
    attempt(problems, place, () => {
      if (seen.has(name)) throw corrupt(`Segment [${name}] is in the commit twice`);
      seen.add(name);
      const absent = segmentCommitFiles(commit).filter((needed) => !names.has(needed));
      if (absent.length > 0) throw corrupt(`Segment [${name}] lacks its files [${absent}]`);
      const { delCount, softDelCount } = commit;
      if (maxDoc <= 0) throw corrupt(`Segment [${name}] has ${maxDoc} documents`);
      if (delCount < 0 || softDelCount < 0 || delCount + softDelCount > maxDoc) {
        const counts = `${delCount} and softly ${softDelCount} of ${maxDoc}`;
        throw corrupt(`Segment [${name}] has more documents deleted than it has: ${counts}`);
      }
      const number = Number.parseInt(name.slice(1), 36);
      if (number >= infos!.counter) {
        throw corrupt(`Segment [${name}] is not below the counter ${infos!.counter}`);
      }
    });
  }
  return infos;
}

/** Checks one segment of a commit. */
export function checkSegment(
  directory: Directory,
  commit: SegmentCommitInfo,
  problems: StructureProblem[],
): void {
  const segment = commit.info.name;
  const place = (part: CheckedPart, field?: FieldInfo) => ({
    part,
    segment,
    field: field?.name,
    file: fileOf(commit, part, field),
  });
  let reader: SegmentReader | undefined;
  attempt(problems, place("segment"), () => {
    reader = openSegmentReader(directory, commit);
  });
  if (reader === undefined) return;
  const leaf = reader;
  try {
    attempt(problems, place("live-docs"), () => checkLiveDocs(leaf, commit));
    attempt(problems, place("stored-fields"), () => checkStoredFields(leaf));
    for (const field of leaf.fieldInfos) {
      checkField(leaf, field, (part, run) => attempt(problems, place(part, field), run));
    }
    attempt(problems, place("index-sort"), () => checkIndexSort(leaf));
  } finally {
    leaf.decRef();
  }
}

function checkField(
  leaf: LeafReader,
  field: FieldInfo,
  part: (name: CheckedPart, run: () => void) => void,
): void {
  let docsWithTerms: Bits | undefined;
  if (field.indexOptions !== IndexOptions.NONE) {
    part("postings", () => {
      docsWithTerms = checkPostings(leaf, field);
    });
  }
  if (hasNorms(field)) part("norms", () => checkNorms(leaf, field, docsWithTerms));
  if (field.docValuesType !== DocValuesType.NONE) {
    part("doc-values", () => checkDocValues(leaf, field));
  }
  if (field.pointDimensionCount > 0) part("points", () => checkPoints(leaf, field));
}

/** Runs a check; what it throws is a problem, or names what is not read. */
function attempt(
  problems: StructureProblem[],
  place: Omit<StructureProblem, "message" | "notChecked">,
  run: () => void,
): void {
  try {
    run();
  } catch (error) {
    if (error instanceof PageMiss) throw error;
    // What is unknown, and our own bugs, say nothing of the index.
    const damaged =
      error instanceof VarveError && ["corrupt", "missing", "limit"].includes(error.kind);
    if (error instanceof VarveError && ["aborted", "unavailable"].includes(error.kind)) throw error;
    problems.push({ ...place, message: (error as Error).message, notChecked: !damaged });
  }
}

function fileOf(commit: SegmentCommitInfo, part: CheckedPart, field?: FieldInfo): string {
  const files = segmentCommitFiles(commit);
  const extension = EXTENSIONS[part];
  const found = files.filter((name) => name.endsWith(`.${extension}`));
  if (found.length > 1) {
    const kind = part === "postings" ? "PerFieldPostingsFormat" : "PerFieldDocValuesFormat";
    const format = field?.attributes.get(`${kind}.format`);
    const suffix = field?.attributes.get(`${kind}.suffix`);
    const own = found.find((name) => name.includes(`_${format}_${suffix}.`));
    if (own !== undefined) return own;
  }
  const compound = files.find((name) => name.endsWith(".cfs"));
  return found[0] ?? compound ?? files.find((name) => name.endsWith(".si")) ?? commit.info.name;
}

function checkLiveDocs(leaf: SegmentReader, commit: SegmentCommitInfo): void {
  const { hardLiveDocs, maxDoc } = leaf;
  if (hardLiveDocs !== undefined && hardLiveDocs.length !== maxDoc) {
    throw corrupt(`Live documents are ${hardLiveDocs.length} bits, documents ${maxDoc}`);
  }
  let deleted = 0;
  if (hardLiveDocs !== undefined) {
    for (let doc = 0; doc < maxDoc; doc++) if (!hardLiveDocs.get(doc)) deleted++;
  }
  if (deleted !== commit.delCount) {
    throw corrupt(`${deleted} documents are deleted, the commit says ${commit.delCount}`);
  }
  const soft = [...leaf.fieldInfos].find((field) => field.softDeletesField);
  if (soft === undefined) {
    if (commit.softDelCount === 0) return;
    throw corrupt(`No field holds the ${commit.softDelCount} soft deletes of the commit`);
  }
  const values =
    soft.docValuesType === DocValuesType.NUMERIC ? leaf.numericDocValues(soft.name) : undefined;
  let softDeleted = 0;
  if (values !== undefined) {
    for (let doc = values.nextDoc(); doc < maxDoc; doc = values.nextDoc()) {
      if (hardLiveDocs === undefined || hardLiveDocs.get(doc)) softDeleted++;
    }
  }
  if (softDeleted !== commit.softDelCount) {
    throw corrupt(`${softDeleted} documents are softly deleted, not ${commit.softDelCount}`);
  }
}

function checkStoredFields(leaf: LeafReader): void {
  const stored = leaf.storedFields();
  const visitor = { needsField: () => "yes" as const, field: () => {} };
  for (let doc = 0; doc < leaf.maxDoc; doc++) stored.document(doc, visitor);
}
