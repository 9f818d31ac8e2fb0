// An index that has to be written anew: the documents of the snapshot, read where they lie, go into
// fresh shards of a node, one after the other, each into the shard that its id or routing leads to.
// A document that the mapping refuses is kept whole, with its id, routing and source, and is not
// searched by its fields.

import { VarveError } from "../../base/index.ts";
import { decodeXContent, detectXContentType, encodeJson } from "../../xcontent/index.ts";
import type { IndexService } from "../indices/index-service.ts";
import { newMapper } from "../indices/index-service.ts";
import type { MapperService } from "../mapping/index.ts";
import type { MountedIndex } from "../mounted/mounted-index.ts";
import type { RootDocument } from "../mounted/shard-documents.ts";
import type { Node } from "../node.ts";
import { DocumentDigest } from "./document-digest.ts";
import type { PlannedIndex } from "./plan-migration.ts";

/** What became of the documents. */
export interface RewrittenIndex {
  readonly service: IndexService;
  readonly digest: DocumentDigest;
  /** What could not be carried over, a line each. */
  readonly losses: readonly string[];
}

/** Told of progress. */
export interface RewriteOptions {
  readonly signal?: AbortSignal;
  readonly onDocuments?: (count: number) => void;
}

const OPENING_BRACE = 0x7b;
/** Documents between two calls of `onDocuments`. */
const DOCUMENTS_OF_A_STEP = 512;

/** Fills the index in the node. The caller uploads its shards and deletes it. */
export async function rewriteIndex(
  node: Node,
  planned: PlannedIndex,
  mounted: MountedIndex,
  options: RewriteOptions = {},
): Promise<RewrittenIndex> {
  const indexing = planned.indexing!;
  const service = await node.indices.installForRestore(indexing);
  for (let shard = 0; shard < indexing.numberOfShards; shard++) {
    service.restoring.delete(shard);
    await node.indices.openShard(service, shard, "create");
  }
  const [failure] = service.failures;
  if (failure !== undefined) {
    throw new VarveError("internal", `[${planned.name}] cannot be written: ${failure.reason}`);
  }
  const writer = new DocumentWriter(node, service);
  const types = planned.types.length === 0 ? [undefined] : planned.types;
  for (const [pass, type] of types.entries()) {
    for (const shard of mounted.openShards()) {
      await shard.forEachDocument(
        (document) => {
          if (type !== undefined && document.type !== type) return;
          writer.add(document, pass > 0);
          if (writer.digest.documents % DOCUMENTS_OF_A_STEP === 0) {
            options.onDocuments?.(DOCUMENTS_OF_A_STEP);
          }
        },
        { withVersions: true, signal: options.signal },
      );
    }
  }
  options.onDocuments?.(writer.digest.documents % DOCUMENTS_OF_A_STEP);
  return { service, digest: writer.digest, losses: writer.losses() };
}

/** Writes documents into the shards of one index. */
class DocumentWriter {
  readonly digest = new DocumentDigest();
  private readonly service: IndexService;
  /** Takes any document, and indexes none of its fields. */
  private readonly keeper: MapperService;
  private withoutSource = 0;
  private refused = 0;
  private firstRefusal = "";
  private renamed = 0;
  private recoded = 0;
  private firstRecoded = "";
  private firstRenamed = "";

  constructor(node: Node, service: IndexService) {
    this.service = service;
    this.keeper = newMapper(service.metadata, node.context, true);
    this.keeper.merge({ enabled: false }, { restored: true });
  }

  /** `mayCollide`: another type may have used the id. */
  add(document: RootDocument, mayCollide: boolean): void {
    if (document.source === undefined) {
      this.withoutSource++;
      return;
    }
    const source = this.jsonOf(document.source);
    const { routing } = document;
    const id = mayCollide ? this.freeId(document) : document.id;
    this.digest.add(id, routing, source);
    const given = { id, source, ...(routing === undefined ? {} : { routing }) };
    try {
      this.write(given, document.version, this.service.mapper);
    } catch (error) {
      if (!(error instanceof VarveError) || error.kind !== "invalid") throw error;
      if (this.refused++ === 0) this.firstRefusal = `[${id}]: ${reasonOf(error)}`;
      this.write(given, document.version, this.keeper);
    }
  }

  private write(
    given: { readonly id: string; readonly source: Uint8Array; readonly routing?: string },
    version: number | undefined,
    mapper: MapperService,
  ): void {
    const { service } = this;
    const shard = service.shards[service.shardNumber(given.id, given.routing)]!;
    const versioned =
      version === undefined || version < 0
        ? ({ versionType: "internal" } as const)
        : ({ versionType: "external_gte", version } as const);
    shard.index({ ...given, parsed: mapper.parse(given), opType: "index", ...versioned });
  }

  /** Sources may be SMILE, CBOR or YAML where they were sent so: this engine reads JSON. */
  private jsonOf(source: Uint8Array): Uint8Array {
    const type = source[0] === OPENING_BRACE ? "json" : detectXContentType(source);
    if (type === "json" || type === undefined) return new Uint8Array(source);
    if (this.recoded++ === 0) this.firstRecoded = type;
    return Buffer.from(encodeJson(decodeXContent(source, type)));
  }

  /** `type#id` where another type's document has the id. */
  private freeId({ id, routing, type }: RootDocument): string {
    const { service } = this;
    const taken = service.shards[service.shardNumber(id, routing)]!.get(id) !== undefined;
    if (!taken) return id;
    const renamed = `${type ?? ""}#${id}`;
    if (this.renamed++ === 0) this.firstRenamed = `[${id}] is [${renamed}]`;
    return renamed;
  }

  losses(): string[] {
    const lines: string[] = [];
    const { refused, recoded, renamed, withoutSource } = this;
    if (refused > 0) {
      const what = "are kept but not indexed, the first";
      lines.push(`${refused} documents ${what} ${this.firstRefusal}`);
    }
    if (renamed > 0) {
      lines.push(`${renamed} ids were those of another type's documents: ${this.firstRenamed}`);
    }
    if (recoded > 0)
      lines.push(`${recoded} sources are JSON now, the first was ${this.firstRecoded}`);
    if (withoutSource > 0) lines.push(`${withoutSource} documents have no _source: left out`);
    return lines;
  }
}

function reasonOf(error: VarveError): string {
  const { cause } = error;
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message;
}
