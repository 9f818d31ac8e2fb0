// Which indices of a snapshot a list of names means: indices, wildcards, `-` to leave out, `_all`;
// and, where a name is a pattern or none of the snapshot's indices, the aliases and data streams
// that the snapshot knows (that costs the metadata of every index).
// Upstream: IndexNameExpressionResolver, as far as a snapshot can answer it.

import {
  type IndexId,
  type Repository,
  type RepositoryIndex,
  runLimited,
  type SnapshotId,
} from "../../repository/index.ts";
import type { AliasMetadata, JsonObject } from "../cluster/metadata.ts";
import { backingIndices, wildcardRegExp } from "../cluster/name-resolver.ts";
import { exception } from "../exceptions.ts";
import { indexFromStored, storedDataStreams } from "../snapshots/metadata-conversion.ts";

/** An index, and by which aliases alone it was chosen; none: as itself. */
export interface ChosenIndex {
  readonly index: RepositoryIndex;
  readonly aliases: readonly AliasMetadata[];
}

const METADATA_AT_ONCE = 16;

/** Chooses; in the order of names. Error: index_not_found_exception. */
export async function chooseIndices(
  repository: Repository,
  snapshot: SnapshotId,
  known: ReadonlyMap<string, RepositoryIndex>,
  expressions: readonly string[],
  signal?: AbortSignal,
): Promise<ChosenIndex[]> {
  const chosen = new Map<string, AliasMetadata[]>();
  let named: NamedIndices | undefined;
  for (const expression of expressions.length === 0 ? ["_all"] : expressions) {
    const excludes = expression.startsWith("-");
    const pattern = wildcardRegExp(
      expression === "_all" ? "*" : expression.slice(excludes ? 1 : 0),
    );
    const matching = [...known.keys()].filter((name) => pattern.test(name));
    if (excludes) for (const name of matching) chosen.delete(name);
    else for (const name of matching) chosen.set(name, []);
    // A wildcard means aliases as well; every index is there already where it matches all of them.
    const isPattern = expression.includes("*") && matching.length < known.size;
    if (excludes || (matching.length > 0 && !isPattern) || expression === "_all") continue;
    named ??= await readNames(repository, snapshot, [...known.values()], signal);
    const found = named.matching(pattern);
    if (found.size === 0 && !expression.includes("*")) throw noSuchIndex(expression);
    for (const [index, alias] of found) addAlias(chosen, index, alias);
  }
  const names = [...chosen.keys()].filter((name) => known.has(name)).sort();
  return names.map((name) => ({ index: known.get(name)!, aliases: chosen.get(name)! }));
}

/** An index that was chosen as itself, or by an alias without a filter, stays unfiltered. */
function addAlias(
  chosen: Map<string, AliasMetadata[]>,
  index: string,
  alias: AliasMetadata | undefined,
): void {
  const before = chosen.get(index);
  if (alias === undefined || before?.length === 0) chosen.set(index, []);
  else chosen.set(index, [...(before ?? []), alias]);
}

function noSuchIndex(name: string): Error {
  return exception("missing", "index_not_found_exception", `no such index [${name}]`, {
    index: name,
    index_uuid: "_na_",
  });
}

/** Aliases and data streams of a snapshot. */
class NamedIndices {
  private readonly aliases: readonly (readonly [string, AliasMetadata])[];
  private readonly streams: ReadonlyMap<string, JsonObject>;

  constructor(
    aliases: readonly (readonly [string, AliasMetadata])[],
    streams: ReadonlyMap<string, JsonObject>,
  ) {
    this.aliases = aliases;
    this.streams = streams;
  }

  /** Index names with the alias that leads there; undefined for those of a data stream. */
  matching(pattern: RegExp): Map<string, AliasMetadata | undefined> {
    const found = new Map<string, AliasMetadata | undefined>();
    for (const [index, alias] of this.aliases)
      if (pattern.test(alias.alias)) found.set(index, alias);
    for (const [name, stream] of this.streams) {
      if (pattern.test(name))
        for (const index of backingIndices(stream)) found.set(index, undefined);
    }
    return found;
  }
}

async function readNames(
  repository: Repository,
  snapshot: SnapshotId,
  indices: readonly IndexId[],
  signal: AbortSignal | undefined,
): Promise<NamedIndices> {
  const [cluster, aliases] = await Promise.all([
    repository.getClusterMetadata(snapshot, signal),
    runLimited(indices, METADATA_AT_ONCE, async (index) => {
      const metadata = indexFromStored(await repository.getIndexMetadata(snapshot, index, signal));
      return [...metadata.aliases.values()].map((alias) => [index.name, alias] as const);
    }),
  ]);
  return new NamedIndices(aliases.flat(), storedDataStreams(cluster));
}
