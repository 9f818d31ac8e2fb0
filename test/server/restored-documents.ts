// The documents of an index as a reader finds them, in the form that the golden files use.

import { createHash } from "node:crypto";
import { decodeUid } from "../../src/engine/mapping/index.ts";
import type { FieldInfo, StoredValue } from "../../src/lucene/index/index.ts";
import type { TestServer } from "../support/varve.ts";

/** One document: its id, routing and stored source text. */
export interface RestoredDocument {
  id: string | undefined;
  routing: string;
  source: string;
}

const textOf = (value: StoredValue) =>
  typeof value === "object" ? Buffer.from(value).toString("utf8") : String(value);

/** Live documents of an open index, sorted by the bytes of their ids; nested ones are left out. */
export function restoredDocuments(server: TestServer, index: string): RestoredDocument[] {
  const found: RestoredDocument[] = [];
  for (const shard of server.server.node.indices.service(index)!.openShards()) {
    const { reader, close } = shard.acquireSearcher();
    for (const leaf of reader.leaves) {
      const { maxDoc, liveDocs } = leaf.reader;
      const stored = leaf.reader.storedFields();
      for (let doc = 0; doc < maxDoc; doc++) {
        if (liveDocs !== undefined && !liveDocs.get(doc)) continue;
        const document: RestoredDocument = { id: undefined, routing: "", source: "" };
        stored.document(doc, {
          needsField: () => "yes",
          field(field: FieldInfo, value: StoredValue) {
            if (field.name === "_id") document.id = decodeUid(value as Uint8Array);
            else if (field.name === "_routing") document.routing = textOf(value);
            else if (field.name === "_source") document.source = textOf(value);
          },
        });
        if (document.id !== undefined) found.push(document);
      }
    }
    close();
  }
  return found.sort((a, b) => Buffer.compare(Buffer.from(a.id!), Buffer.from(b.id!)));
}

/** SHA-256 over `_id TAB _routing TAB source LF` of every document. */
export function documentsSha256(documents: readonly RestoredDocument[]): string {
  const hash = createHash("sha256");
  for (const { id, routing, source } of documents) hash.update(`${id}\t${routing}\t${source}\n`);
  return hash.digest("hex");
}
