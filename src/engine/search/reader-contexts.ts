// Scrolls and points in time: open readers with a time to live.
// Upstream: org.opensearch.search.internal.{ReaderContext,PitReaderContext}, SearchService.

import { type Clock, type Random, VarveError } from "../../base/index.ts";
import type { DirectoryReader } from "../../lucene/index/index.ts";
import type { SortValue } from "../../lucene/search/index.ts";
import { parseTimeValue } from "../settings.ts";
import type { ParsedSearch } from "./search-request.ts";
import type { SearchTarget } from "./search-target.ts";

/** A shard with its reader held open. */
export interface OpenShard {
  readonly target: SearchTarget;
  readonly reader: DirectoryReader;
  close(): void;
}

/** The last hit shown of a shard. */
export interface LastHit {
  readonly doc: number;
  readonly values: readonly SortValue[];
}

/** A scroll between two pages. */
export interface ScrollContext {
  readonly shards: readonly OpenShard[];
  readonly parsed: ParsedSearch;
  readonly after: Map<OpenShard, LastHit>;
  /** Cancels the expiry. */
  expires: (() => void) | undefined;
}

interface PitContext {
  readonly shards: readonly OpenShard[];
  readonly creationTime: number;
  keepAliveMs: number;
  expires: (() => void) | undefined;
}

/** A point in time as `_search/point_in_time/_all` lists it. */
export interface PitInfo {
  readonly pit_id: string;
  readonly creation_time: number;
  readonly keep_alive: number;
}

/** Upstream's `search.max_open_scroll_context` and `point_in_time.max_open…`. */
const OPEN_MAX = 500;

/** Every open scroll and point in time of the node. */
export class ReaderContexts {
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly scrolls = new Map<string, ScrollContext>();
  private readonly pits = new Map<string, PitContext>();

  constructor(clock: Clock, random: Random) {
    this.clock = clock;
    this.random = random;
  }

  private newId(): string {
    return Buffer.from(this.random.bytes(48)).toString("base64url");
  }

  /** Number of open scrolls. */
  get scrollCount(): number {
    return this.scrolls.size;
  }

  addScroll(scroll: ScrollContext, keepAliveMs: number): string {
    if (this.scrolls.size >= OPEN_MAX) {
      for (const shard of scroll.shards) shard.close();
      throw new VarveError(
        "limit",
        "Trying to create too many scroll contexts. Must be less than " +
          `or equal to: [${OPEN_MAX}]. This limit can be set by changing the ` +
          "[search.max_open_scroll_context] setting.",
        { type: "rejected_execution_exception" },
      );
    }
    const id = this.newId();
    this.scrolls.set(id, scroll);
    scroll.expires = this.clock.after(keepAliveMs, () => this.freeScroll(id));
    return id;
  }

  /** An open scroll, its time to live renewed. */
  scroll(id: string, keepAliveMs: number | undefined): ScrollContext {
    const scroll = this.scrolls.get(id);
    if (scroll === undefined) throw missing(id);
    if (keepAliveMs !== undefined) {
      scroll.expires?.();
      scroll.expires = this.clock.after(keepAliveMs, () => this.freeScroll(id));
    }
    return scroll;
  }

  /** Closes a scroll; false when there is none. */
  freeScroll(id: string): boolean {
    const scroll = this.scrolls.get(id);
    if (scroll === undefined) return false;
    this.scrolls.delete(id);
    scroll.expires?.();
    for (const shard of scroll.shards) shard.close();
    return true;
  }

  /** Closes every scroll; answers how many there were. */
  freeAllScrolls(): number {
    const ids = [...this.scrolls.keys()];
    for (const id of ids) this.freeScroll(id);
    return ids.length;
  }

  /** Opens a point in time over shards. */
  openPit(targets: readonly SearchTarget[], keepAliveMs: number): PitInfo {
    const shards = targets.map((target) => {
      const { reader, close } = target.shard.acquireSearcher();
      return { target, reader, close };
    });
    const id = this.newId();
    const pit: PitContext = {
      shards,
      creationTime: this.clock.now(),
      keepAliveMs,
      expires: this.clock.after(keepAliveMs, () => this.freePit(id)),
    };
    this.pits.set(id, pit);
    return { pit_id: id, creation_time: pit.creationTime, keep_alive: keepAliveMs };
  }

  /** The shards of a point in time, its time to live renewed. */
  pitShards(id: string, keepAlive: string | undefined): readonly OpenShard[] {
    const pit = this.pits.get(id);
    if (pit === undefined) throw missing(id);
    if (keepAlive !== undefined) pit.keepAliveMs = parseTimeValue(keepAlive, "keep_alive");
    pit.expires?.();
    pit.expires = this.clock.after(pit.keepAliveMs, () => this.freePit(id));
    return pit.shards;
  }

  /** Closes a point in time; false when there is none. */
  freePit(id: string): boolean {
    const pit = this.pits.get(id);
    if (pit === undefined) return false;
    this.pits.delete(id);
    pit.expires?.();
    for (const shard of pit.shards) shard.close();
    return true;
  }

  /** Every open point in time. */
  listPits(): PitInfo[] {
    return [...this.pits].map(([id, pit]) => ({
      pit_id: id,
      creation_time: pit.creationTime,
      keep_alive: pit.keepAliveMs,
    }));
  }

  /** Closes everything of an index that goes away, or of all. */
  closeAll(index?: string): void {
    const concerns = (shards: readonly OpenShard[]): boolean =>
      index === undefined || shards.some(({ target }) => target.index === index);
    for (const [id, { shards }] of [...this.scrolls]) if (concerns(shards)) this.freeScroll(id);
    for (const [id, { shards }] of [...this.pits]) if (concerns(shards)) this.freePit(id);
  }
}

function missing(id: string): VarveError {
  return new VarveError("missing", `No search context found for id [${id}]`, {
    type: "search_context_missing_exception",
  });
}
