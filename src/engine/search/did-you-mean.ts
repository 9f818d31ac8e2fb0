// " did you mean [x]?", as the parsers of the DSL say it. Upstream: SuggestingErrorOnUnknown.

import { nearestNames } from "../nearest-names.ts";

/** The end of an error message about an unknown name; empty when no name is near. */
export function didYouMean(given: string, names: Iterable<string>): string {
  const near = nearestNames(given, names, 0.5);
  if (near.length === 0) return "";
  return near.length === 1
    ? ` did you mean [${near[0]}]?`
    : ` did you mean any of [${near.join(", ")}]?`;
}
