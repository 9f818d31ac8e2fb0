// Which pages are read together: a request costs a round trip, whatever it brings, so near pages
// share one, and a long run is cut so that its parts come in parallel. Pure.

/** Neighbouring pages that one request brings. */
export interface PageRun {
  readonly first: number;
  readonly count: number;
}

/** What bounds a run. */
export interface PageRunLimits {
  /** Pages between two wanted ones that are read along rather than cutting the run. */
  readonly gapPagesMax: number;
  /** Pages of one run. */
  readonly runPagesMax: number;
}

/** Runs over `pages`; a page that `isThere` is never read again, so a run ends before it. */
export function planPageRuns(
  pages: Iterable<number>,
  limits: PageRunLimits,
  isThere: (page: number) => boolean = () => false,
): PageRun[] {
  const sorted = [...pages].sort((a, b) => a - b);
  const runs: PageRun[] = [];
  let first = -1;
  let last = -1;
  for (const page of sorted) {
    if (first >= 0 && joins(last, page, limits, isThere)) {
      last = page;
      continue;
    }
    if (first >= 0) cut(first, last, limits, runs);
    first = page;
    last = page;
  }
  if (first >= 0) cut(first, last, limits, runs);
  return runs;
}

function joins(
  last: number,
  page: number,
  { gapPagesMax }: PageRunLimits,
  isThere: (page: number) => boolean,
): boolean {
  if (page - last - 1 > gapPagesMax) return false;
  for (let between = last + 1; between < page; between++) if (isThere(between)) return false;
  return true;
}

function cut(first: number, last: number, { runPagesMax }: PageRunLimits, runs: PageRun[]): void {
  for (let from = first; from <= last; from += runPagesMax) {
    runs.push({ first: from, count: Math.min(runPagesMax, last - from + 1) });
  }
}
