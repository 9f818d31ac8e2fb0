// A shard over real files, for tests: parses JSON through the mapper as the document layer does.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Clock,
  type FileIo,
  type Random,
  seededRandom,
  systemClock,
  WorkerPool,
} from "../../../src/base/index.ts";
import { buildIndexAnalyzers } from "../../../src/engine/analysis/index.ts";
import { type JsonObject, MapperService } from "../../../src/engine/mapping/index.ts";
import { Settings } from "../../../src/engine/settings.ts";
import { type IndexRequestOperation, IndexShard } from "../../../src/engine/shard/index.ts";

export interface ShardFixtureOptions {
  settings?: Record<string, string>;
  mapping?: JsonObject;
  clock?: Clock;
  random?: Random;
  io?: FileIo;
  primaryTerm?: number;
}

const pool = new WorkerPool({ size: 1 });

/** One shard folder that can be opened again and again. */
export class ShardFixture {
  readonly folder: string;
  readonly options: ShardFixtureOptions;
  mapper!: MapperService;
  shard!: IndexShard;
  failures: string[] = [];

  constructor(options: ShardFixtureOptions = {}, folder?: string) {
    this.options = options;
    this.folder = folder ?? mkdtempSync(join(tmpdir(), "varve-shard-"));
  }

  get indexFolder(): string {
    return join(this.folder, "index");
  }

  async open(how: "create" | "open" | "bootstrapRestored"): Promise<IndexShard> {
    const settings = Settings.fromNested({
      "index.refresh_interval": "-1",
      ...this.options.settings,
    });
    const clock = this.options.clock ?? systemClock;
    this.mapper = new MapperService({
      indexName: "test",
      settings,
      analyzers: buildIndexAnalyzers(settings),
      clock,
    });
    if (this.options.mapping !== undefined) this.mapper.merge(this.options.mapping);
    this.shard = await IndexShard[how]({
      folder: this.folder,
      shardId: 0,
      index: { name: "test", uuid: "test-uuid" },
      settings,
      mapper: this.mapper,
      primaryTerm: this.options.primaryTerm ?? 1,
      clock,
      random: this.options.random ?? seededRandom(1),
      workers: pool,
      onFailure: (_shard, reason) => void this.failures.push(reason),
      ...(this.options.io === undefined ? {} : { io: this.options.io }),
    });
    return this.shard;
  }

  /** Indexes a JSON document. */
  index(id: string, body: JsonObject, more: Partial<IndexRequestOperation> = {}) {
    const source = Buffer.from(JSON.stringify(body));
    const { routing } = more;
    const input = { id, source, ...(routing === undefined ? {} : { routing }) };
    let parsed = this.mapper.parse(input);
    if (parsed.dynamicUpdate !== undefined) {
      this.mapper.merge(parsed.dynamicUpdate);
      parsed = this.mapper.parse(input);
    }
    return this.shard.index({
      id,
      source,
      parsed,
      opType: "index",
      versionType: "internal",
      ...more,
    });
  }

  delete(id: string, more: Partial<IndexRequestOperation> = {}) {
    return this.shard.delete({ id, versionType: "internal", ...more });
  }

  /** The document's source, parsed; undefined if there is no document. */
  source(id: string, realtime = true): JsonObject | undefined {
    const found = this.shard.get(id, { realtime });
    if (found === undefined) return undefined;
    return JSON.parse(Buffer.from(found.source!).toString()) as JsonObject;
  }

  /** Live documents that a search would see. */
  get visibleDocs(): number {
    const searcher = this.shard.acquireSearcher();
    try {
      return searcher.reader.numDocs;
    } finally {
      searcher.close();
    }
  }
}
