// Indices of the fixtures, restored into memory and ready to be searched.

import { murmur3Routing, seededRandom, systemClock } from "../../../src/base/index.ts";
import { FsBlobStore } from "../../../src/blobstore/index.ts";
import { buildIndexAnalyzers } from "../../../src/engine/analysis/index.ts";
import { type JsonObject, MapperService } from "../../../src/engine/mapping/index.ts";
import { SearchService, type SearchTarget } from "../../../src/engine/search/index.ts";
import { serverScoresKeywords, withSimilarityOf } from "../../../src/engine/search/similarity.ts";
import { Settings } from "../../../src/engine/settings.ts";
import { openDirectoryReader } from "../../../src/lucene/index/directory-reader.ts";
import { MemoryDirectory } from "../../../src/lucene/store/index.ts";
import {
  directorySink,
  type IndexId,
  indexMapping,
  mappingsByType,
  numberOfShards,
  openRepository,
  type Repository,
  type SnapshotInfo,
} from "../../../src/repository/index.ts";
import { fixtureExpected, unpackFixture } from "../../support/fixtures.ts";

/** A fixture whose indices are restored when they are asked for. */
export class FixtureIndices {
  readonly service = new SearchService({
    clock: systemClock,
    random: seededRandom(1),
    nodeId: "node",
  });
  private readonly repository: Repository;
  private readonly targets = new Map<string, Promise<SearchTarget[]>>();
  private readonly routingShards = new Map<string, number>();
  private readonly cleanup: () => void;
  private readonly serverVersion: string | undefined;
  private readonly expected: any;

  constructor(name: string) {
    const fixture = unpackFixture(name);
    this.expected = fixtureExpected(name);
    this.serverVersion = /\d+\.\d+\.\d+/.exec(name)?.[0];
    this.cleanup = () => fixture.remove();
    this.repository = openRepository(new FsBlobStore(fixture.repository), {
      name: "fixture",
      clock: systemClock,
      random: seededRandom(1),
    });
  }

  /** The shards of an index as the last snapshot that holds it has them; [] where none does. */
  shards(index: string): Promise<SearchTarget[]> {
    let shards = this.targets.get(index);
    if (shards === undefined) this.targets.set(index, (shards = this.restore(index)));
    return shards;
  }

  /** The shards that a routing value leads to. */
  async routed(index: string, routing: string): Promise<SearchTarget[]> {
    const shards = await this.shards(index);
    const routingShards = this.routingShards.get(index) ?? shards.length;
    const hash = ((murmur3Routing(routing) % routingShards) + routingShards) % routingShards;
    return [shards[Math.floor(hash / (routingShards / shards.length))]!];
  }

  private async restore(index: string): Promise<SearchTarget[]> {
    const data = await this.repository.getRepositoryData();
    const infos = await this.repository.getSnapshotInfos([...data.snapshots.values()]);
    // A clone is made late of an early state.
    const readable = (infos.filter((info) => !(info instanceof Error)) as SnapshotInfo[]).filter(
      ({ snapshotId }) => this.expected.snapshots?.[snapshotId.name]?.clone_of === undefined,
    );
    readable.sort((a, b) => b.startTimeMillis - a.startTimeMillis);
    for (const { snapshotId } of readable) {
      const indices = await this.repository.getSnapshotIndices(snapshotId);
      const found = indices.find(({ name }) => name === index);
      if (found !== undefined) return this.restoreFrom(snapshotId, found);
    }
    return [];
  }

  private async restoreFrom(
    snapshotId: SnapshotInfo["snapshotId"],
    index: IndexId,
  ): Promise<SearchTarget[]> {
    const metadata = await this.repository.getIndexMetadata(snapshotId, index);
    const tree = metadata.tree as any;
    const settings = withSimilarityOf(Settings.fromNested(tree.settings), this.serverVersion);
    const mapper = new MapperService({
      indexName: index.name,
      settings,
      analyzers: buildIndexAnalyzers(settings),
      clock: systemClock,
      types: [...mappingsByType(metadata).keys()],
      scoresKeywords: serverScoresKeywords(this.serverVersion),
    });
    mapper.merge((indexMapping(metadata) ?? {}) as JsonObject, { restored: true });
    if (typeof tree.routing_num_shards === "number") {
      this.routingShards.set(index.name, tree.routing_num_shards);
    }
    const targets: SearchTarget[] = [];
    for (let shardId = 0; shardId < numberOfShards(metadata); shardId++) {
      const directory = new MemoryDirectory();
      const plan = await this.repository.planShardRestore(snapshotId, index, shardId);
      await this.repository.runShardRestore(plan, directorySink(directory));
      const reader = openDirectoryReader(directory, { softDeletesField: "__soft_deletes" });
      targets.push({
        index: index.name,
        indexUuid: settings.get("index.uuid", "_na_"),
        shardId,
        mapper,
        settings,
        shard: { acquireSearcher: () => ({ reader, close() {} }) },
      });
    }
    return targets;
  }

  remove(): void {
    this.cleanup();
  }
}
