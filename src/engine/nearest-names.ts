// "Did you mean": names near a misspelt one, as Lucene's LevenshteinDistance ranks them.
// Upstream: AbstractScopedSettings.validate, BaseRestHandler.unrecognized.

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, previous[j]! + 1, row[j - 1]! + 1));
    }
    previous = row;
  }
  return previous[b.length]!;
}

/** Names with a similarity above `threshold` (1 = equal), nearest first. */
export function nearestNames(given: string, names: Iterable<string>, threshold = 0.7): string[] {
  const scored: { name: string; similarity: number }[] = [];
  for (const name of names) {
    const longest = Math.max(given.length, name.length);
    if (longest === 0 || Math.abs(given.length - name.length) / longest > 1 - threshold) continue;
    const similarity = 1 - editDistance(given, name) / longest;
    if (similarity > threshold) scored.push({ name, similarity });
  }
  scored.sort((a, b) => b.similarity - a.similarity || (a.name < b.name ? -1 : 1));
  return scored.map((entry) => entry.name);
}
