// The REST API over Google Cloud Storage.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FakeGcs, provideFakeGcs, startFakeGcs } from "../support/storage/fake-gcs.ts";
import { storageSkip } from "../support/storage/process.ts";
import { liveRepositoryStory } from "../support/storage/rest-story.ts";
import { startVarve } from "../support/varve.ts";

const skip = await storageSkip("fake-gcs-server", provideFakeGcs);

describe.skipIf(skip !== undefined)("a repository of type gcs", () => {
  let server: FakeGcs;
  beforeAll(async () => {
    server = await startFakeGcs();
  });
  afterAll(async () => {
    await server?.stop();
  });

  it("lives its whole life, also on a second node", async () => {
    await liveRepositoryStory({
      type: "gcs",
      settings: { bucket: await server.newBucket(), client: "fake", base_path: "clusters/one" },
      nodeSettings: {
        "gcs.client.fake.endpoint": server.endpoint,
        "gcs.client.fake.project_id": "test",
      },
    });
  });

  it("rejects a repository without a bucket at once, and an unknown client when it is used", async () => {
    const node = await startVarve();
    try {
      const put = (settings: object) => node.call("PUT", "/_snapshot/g", { type: "gcs", settings });
      const empty = await put({});
      expect([empty.status, empty.body.error.caused_by.reason]).toEqual([
        500,
        "[g] Setting [bucket] is empty for repository",
      ]);
      expect((await node.call("GET", "/_snapshot/g")).status).toBe(404);
      const unknown = await put({ bucket: "b", client: "c" });
      expect([unknown.status, unknown.body.error.caused_by.reason]).toEqual([
        500,
        "Unknown client name [c]. Existing client configs: default",
      ]);
      expect((await node.call("GET", "/_snapshot/g")).status).toBe(200);
    } finally {
      await node.stop();
    }
  });
});
