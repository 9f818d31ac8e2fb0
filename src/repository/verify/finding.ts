// What a verification finds. One fault is one finding, which names everything that it hits: the
// blob, and each snapshot, with the index, shard and Lucene file that lose by it.
//
//   SEVERITY  MEANING
//   error     a snapshot cannot be restored in full, or the next snapshot or deletion will fail
//   warning   everything can be restored, but something says what is not so
//   info      worth knowing: space that a cleanup frees, or what could not be looked at

/** How bad a finding is. */
export type Severity = "error" | "warning" | "info";

/** Every kind of finding and its severity. */
export const FINDING_KINDS = {
  "corrupt-root-index": "error",
  "missing-root-index": "error",
  "contradicting-root-index": "error",
  "wrong-index-latest": "warning",
  "missing-index-latest": "warning",
  "missing-snapshot-info": "error",
  "corrupt-snapshot-info": "error",
  "contradicting-snapshot-info": "error",
  "missing-global-metadata": "error",
  "corrupt-global-metadata": "error",
  "missing-index-metadata": "error",
  "corrupt-index-metadata": "error",
  "contradicting-index-metadata": "error",
  "missing-shard-snapshot": "error",
  "corrupt-shard-snapshot": "error",
  "contradicting-shard-snapshot": "error",
  "missing-shard-index": "error",
  "corrupt-shard-index": "error",
  "contradicting-shard-index": "error",
  "missing-remote-metadata": "error",
  "corrupt-remote-metadata": "error",
  "missing-remote-lock": "warning",
  "missing-blob": "error",
  "length-mismatch": "error",
  "checksum-mismatch": "error",
  "unreadable-blob": "error",
  "missing-shard-paths": "warning",
  "wrong-shard-paths": "warning",
  "lost-snapshot": "warning",
  "unreferenced-blob": "info",
  "unknown-blob": "info",
  "not-listed": "info",
  "invalid-structure": "error",
  "structure-not-checked": "info",
} as const satisfies Record<string, Severity>;

/** The name of a kind of finding. */
export type FindingKind = keyof typeof FINDING_KINDS;

/** One fault, and all that it hits. */
export interface Finding {
  readonly severity: Severity;
  readonly kind: FindingKind;
  /** Names of the snapshots that it hits, the oldest first. */
  readonly snapshots: string[];
  readonly index: string | null;
  readonly shard: number | null;
  /** The Lucene file. */
  readonly file: string | null;
  /** The blob's full name in the store. */
  readonly blob: string | null;
  readonly message: string;
}

/** Where a finding is, beside its blob. */
export interface FindingPlace {
  readonly snapshots?: Iterable<string>;
  readonly index?: string;
  readonly shard?: number;
  readonly file?: string;
}

/** Makes a finding; its severity is its kind's. */
export function newFinding(
  kind: FindingKind,
  blob: string | undefined,
  message: string,
  place: FindingPlace = {},
): Finding {
  return {
    severity: FINDING_KINDS[kind],
    kind,
    snapshots: [...(place.snapshots ?? [])],
    index: place.index ?? null,
    shard: place.shard ?? null,
    file: place.file ?? null,
    blob: blob ?? null,
    message,
  };
}

const SEVERITY_ORDER: readonly Severity[] = ["error", "warning", "info"];

/** The worst first, then by blob. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  const rank = (finding: Finding) => SEVERITY_ORDER.indexOf(finding.severity);
  const key = (finding: Finding) => `${finding.blob ?? ""} ${finding.file ?? ""} ${finding.kind}`;
  return [...findings].sort(
    (a, b) => rank(a) - rank(b) || (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0),
  );
}
