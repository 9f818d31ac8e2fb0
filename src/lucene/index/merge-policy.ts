// Which segments to merge: a pure function from the sizes of segments to lists of names.
//
// Natural merges: sizes are pro-rated by live documents. The index may have about `segmentsPerTier`
// segments of each size tier (from the floor up, each tier `mergeFactor` times larger). When it has
// more, or too many deletes, the merge with the best score is taken, again and again:
//   score = skew × (bytes after)^0.05 × (bytes after / bytes before)^2, smaller is better
//   skew  = floored size of its largest segment / floored size of all
// Upstream: TieredMergePolicy (9.12.3, one search slice), OpenSearch's TieredMergePolicyProvider.

/** OpenSearch's index.merge.policy settings. */
export interface MergePolicySettings {
  /** False: merges happen only when forced (`index.merge.enabled`). */
  readonly enabled: boolean;
  readonly segmentsPerTier: number;
  readonly mergeAtOnceMax: number;
  readonly floorSegmentBytes: number;
  readonly mergedSegmentBytesMax: number;
  /** Percent of deleted documents in the whole index. */
  readonly deletesPercentAllowed: number;
  /** Percent of deleted documents above which forceMergeDeletes rewrites a segment. */
  readonly expungeDeletesPercentAllowed: number;
  /** A merged segment is compound if at most this part of the index. */
  readonly noCfsRatio: number;
  readonly cfsSegmentBytesMax: number;
}

/** OpenSearch 3.x without settings (2.x has a floor of 2 MB). */
export const MERGE_POLICY_DEFAULTS: MergePolicySettings = {
  enabled: true,
  segmentsPerTier: 10,
  mergeAtOnceMax: 10,
  floorSegmentBytes: 16 * 1024 * 1024,
  mergedSegmentBytesMax: 5 * 1024 * 1024 * 1024,
  deletesPercentAllowed: 20,
  expungeDeletesPercentAllowed: 10,
  noCfsRatio: 0.1,
  cfsSegmentBytesMax: Number.MAX_SAFE_INTEGER,
};

/** A segment as the policy sees it. */
export interface SegmentSize {
  readonly name: string;
  /** Bytes of all its files. */
  readonly bytes: number;
  readonly maxDoc: number;
  /** Documents that a merge would drop. */
  readonly deletedDocs: number;
  /** It takes part in a running merge. */
  readonly merging: boolean;
}

/** What is wanted of a plan. */
export type MergeTrigger =
  | { readonly kind: "natural" }
  | { readonly kind: "force"; readonly maxSegments: number }
  | { readonly kind: "expunge-deletes" };

interface Sized extends SegmentSize {
  readonly liveBytes: number;
}

/** Merges as lists of segment names, each to become one segment; they share no segment. */
export function findMerges(
  trigger: MergeTrigger,
  segments: readonly SegmentSize[],
  settings: MergePolicySettings,
): string[][] {
  const sized = segments
    .map((segment) => ({ ...segment, liveBytes: liveBytes(segment) }))
    .sort((a, b) => b.liveBytes - a.liveBytes || (a.name < b.name ? -1 : 1));
  if (trigger.kind === "force") return findForcedMerges(sized, trigger.maxSegments);
  if (trigger.kind === "expunge-deletes") return findExpungeMerges(sized, settings);
  return settings.enabled ? findNaturalMerges(sized, settings) : [];
}

function liveBytes(segment: SegmentSize): number {
  if (segment.maxDoc === 0) return segment.bytes;
  return Math.floor(segment.bytes * (1 - segment.deletedDocs / segment.maxDoc));
}

function sumOf(segments: readonly Sized[], value: (segment: Sized) => number): number {
  return segments.reduce((total, segment) => total + value(segment), 0);
}

function findNaturalMerges(sorted: readonly Sized[], settings: MergePolicySettings): string[][] {
  const idle = sorted.filter((segment) => !segment.merging);
  const merging = sorted.filter((segment) => segment.merging);
  const deleted = sumOf(idle, (segment) => segment.deletedDocs);
  const docs =
    sumOf(idle, (segment) => segment.maxDoc) +
    sumOf(merging, (segment) => segment.maxDoc - segment.deletedDocs);
  const deletedPercent = (100 * deleted) / docs;
  let deletesAllowed = Math.floor((settings.deletesPercentAllowed * docs) / 100);
  let bytes = sumOf(sorted, (segment) => segment.liveBytes);
  const eligible: Sized[] = [];
  for (const segment of idle) {
    const percent = (100 * segment.deletedDocs) / segment.maxDoc;
    const tooLarge = segment.liveBytes > settings.mergedSegmentBytesMax / 2;
    const fewDeletes =
      deletedPercent <= settings.deletesPercentAllowed || percent <= settings.deletesPercentAllowed;
    if (tooLarge && fewDeletes) {
      bytes -= segment.liveBytes;
      deletesAllowed -= segment.deletedDocs;
    } else {
      eligible.push(segment);
    }
  }
  const smallest = sorted.length === 0 ? 0 : sorted.at(-1)!.liveBytes;
  return pickMerges(eligible, settings, {
    natural: true,
    mergeFactor: mergeFactorOf(settings),
    segmentsAllowed: segmentsAllowed(bytes, smallest, settings),
    deletesAllowed: Math.max(0, deletesAllowed),
    largeMergeRuns:
      sumOf(merging, (segment) => segment.liveBytes) >= settings.mergedSegmentBytesMax,
  });
}

function mergeFactorOf(settings: MergePolicySettings): number {
  return Math.max(2, Math.floor(Math.min(settings.mergeAtOnceMax, settings.segmentsPerTier)));
}

/** How many segments the tiers have room for. */
function segmentsAllowed(bytes: number, smallest: number, settings: MergePolicySettings): number {
  const { segmentsPerTier, mergedSegmentBytesMax } = settings;
  const mergeFactor = mergeFactorOf(settings);
  let levelBytes = Math.max(smallest, settings.floorSegmentBytes, 1);
  let bytesLeft = bytes;
  let allowed = 0;
  for (;;) {
    const count = bytesLeft / levelBytes;
    if (count < segmentsPerTier || levelBytes >= mergedSegmentBytesMax) {
      allowed += Math.ceil(count);
      break;
    }
    allowed += segmentsPerTier;
    bytesLeft -= segmentsPerTier * levelBytes;
    levelBytes = Math.min(mergedSegmentBytesMax, levelBytes * mergeFactor);
  }
  return Math.floor(Math.max(allowed, segmentsPerTier));
}

interface Budget {
  readonly natural: boolean;
  readonly mergeFactor: number;
  readonly segmentsAllowed: number;
  readonly deletesAllowed: number;
  /** A merge of the maximum size runs already. */
  readonly largeMergeRuns: boolean;
}

function pickMerges(
  sorted: readonly Sized[],
  settings: MergePolicySettings,
  budget: Budget,
): string[][] {
  const merges: string[][] = [];
  let eligible = sorted;
  let haveLargeMerge = false;
  while (eligible.length > 0) {
    const deleted = sumOf(eligible, (segment) => segment.deletedDocs);
    if (
      budget.natural &&
      eligible.length <= budget.segmentsAllowed &&
      deleted <= budget.deletesAllowed
    )
      break;
    const best = bestMerge(eligible, settings, budget);
    if (best === undefined) break;
    if (!haveLargeMerge || !best.hitTooLarge || !budget.natural) {
      haveLargeMerge ||= best.hitTooLarge;
      merges.push(best.segments.map((segment) => segment.name));
    }
    eligible = eligible.filter((segment) => !best.segments.includes(segment));
  }
  return merges;
}

interface Candidate {
  readonly segments: Sized[];
  readonly bytes: number;
  readonly hitTooLarge: boolean;
}

function bestMerge(
  eligible: readonly Sized[],
  settings: MergePolicySettings,
  budget: Budget,
): Candidate | undefined {
  let best: Candidate | undefined;
  let bestScore = Infinity;
  let scored = false;
  for (let start = 0; start < eligible.length; start++) {
    const candidate = packFrom(eligible, start, settings, budget);
    const largest = candidate.segments[0]!;
    // A merge that barely grows its largest segment would be repeated for ever: O(n²).
    const barelyGrows =
      candidate.bytes < largest.liveBytes * 1.5 &&
      largest.deletedDocs < (largest.maxDoc * settings.deletesPercentAllowed) / 100;
    if (!candidate.hitTooLarge && budget.natural && barelyGrows) continue;
    if (candidate.segments.length === 1 && largest.deletedDocs === 0) continue;
    // Only smaller merges follow at the tail of the list.
    const short = candidate.segments.length < budget.mergeFactor;
    if (scored && !candidate.hitTooLarge && short) break;
    const score = scoreOf(candidate, settings);
    scored ||= !candidate.hitTooLarge || !budget.largeMergeRuns;
    if (score < bestScore && (!candidate.hitTooLarge || !budget.largeMergeRuns)) {
      best = candidate;
      bestScore = score;
    }
  }
  return best;
}

/** Segments from `start` on that fit into one of the maximum size. */
function packFrom(
  eligible: readonly Sized[],
  start: number,
  settings: MergePolicySettings,
  budget: Budget,
): Candidate {
  const segments: Sized[] = [];
  const bytesMax = settings.mergedSegmentBytesMax;
  let bytes = 0;
  let hitTooLarge = false;
  for (
    let i = start;
    i < eligible.length && segments.length < budget.mergeFactor && bytes < bytesMax;
    i++
  ) {
    const segment = eligible[i]!;
    if (bytes + segment.liveBytes > bytesMax) {
      hitTooLarge = true;
      // A segment that is too large by itself is rewritten alone.
      if (segments.length > 0) continue;
    }
    segments.push(segment);
    bytes += segment.liveBytes;
  }
  return { segments, bytes, hitTooLarge };
}

function scoreOf(candidate: Candidate, settings: MergePolicySettings): number {
  const floored = (bytes: number) => Math.max(settings.floorSegmentBytes, bytes);
  const after = candidate.bytes;
  const before = sumOf(candidate.segments, (segment) => segment.bytes);
  const skew = candidate.hitTooLarge
    ? 1 / mergeFactorOf(settings)
    : floored(candidate.segments[0]!.liveBytes) /
      sumOf(candidate.segments, (segment) => floored(segment.liveBytes));
  return skew * after ** 0.05 * (after / Math.max(1, before)) ** 2;
}

/** Down to at most `maxSegments`; OpenSearch puts no limit on the size of a forced merge. */
function findForcedMerges(sorted: readonly Sized[], maxSegments: number): string[][] {
  if (sorted.some((segment) => segment.merging)) return [];
  const hasDeletes = sorted.some((segment) => segment.deletedDocs > 0);
  if (sorted.length === 0 || (!hasDeletes && sorted.length <= maxSegments)) return [];
  if (maxSegments === 1) return [sorted.map((segment) => segment.name)];
  const merges: string[][] = [];
  const smallest = [...sorted].reverse();
  const target = Math.max(1, maxSegments);
  const bytesMax = (sumOf(sorted, (segment) => segment.liveBytes) / target) * 1.25;
  let left = smallest.length;
  let at = 0;
  while (at < smallest.length && left > target) {
    const names: string[] = [];
    let bytes = 0;
    while (at < smallest.length && left > target) {
      const segment = smallest[at]!;
      if (bytes + segment.bytes > bytesMax && names.length >= 2) break;
      names.push(segment.name);
      bytes += segment.bytes;
      at++;
      if (names.length > 1) left--;
    }
    if (names.length > 1) merges.push(names);
    else break;
  }
  return merges;
}

function findExpungeMerges(sorted: readonly Sized[], settings: MergePolicySettings): string[][] {
  const eligible = sorted.filter((segment) => {
    const percent = (100 * segment.deletedDocs) / segment.maxDoc;
    return !segment.merging && percent > settings.expungeDeletesPercentAllowed;
  });
  return pickMerges(eligible, settings, {
    natural: false,
    mergeFactor: Infinity,
    segmentsAllowed: Infinity,
    deletesAllowed: 0,
    largeMergeRuns: false,
  });
}

/** Shall a merged segment of `bytes` be compound? Upstream: MergePolicy.useCompoundFile. */
export function isMergedSegmentCompound(
  bytes: number,
  indexBytes: number,
  settings: MergePolicySettings,
): boolean {
  if (settings.noCfsRatio === 0 || bytes > settings.cfsSegmentBytesMax) return false;
  return settings.noCfsRatio >= 1 || bytes <= settings.noCfsRatio * indexBytes;
}
