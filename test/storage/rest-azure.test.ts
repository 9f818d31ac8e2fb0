// The REST API over Azure Blob Storage.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  AZURITE_ACCOUNT,
  AZURITE_KEY,
  type Azurite,
  provideAzurite,
  startAzurite,
} from "../support/storage/azurite.ts";
import { storageSkip } from "../support/storage/process.ts";
import { liveRepositoryStory, secretsOf } from "../support/storage/rest-story.ts";
import { startVarve } from "../support/varve.ts";

const skip = await storageSkip("Azurite", provideAzurite);

describe.skipIf(skip !== undefined)("a repository of type azure", () => {
  let server: Azurite;
  beforeAll(async () => {
    server = await startAzurite();
  });
  afterAll(async () => {
    await server?.stop();
  });
  const secrets = {
    "azure.client.default.account": AZURITE_ACCOUNT,
    "azure.client.default.key": AZURITE_KEY,
  };

  it("lives its whole life, also on a second node", async () => {
    const container = await server.newContainer();
    await liveRepositoryStory({
      type: "azure",
      settings: { container, base_path: "/clusters/one", chunk_size: "512kb" },
      nodeSettings: { "azure.client.default.endpoint": server.endpoint },
      secrets,
    });
  });

  it("rejects an unknown client when it is used, and cannot be written in secondary_only", async () => {
    const node = await startVarve({
      settings: {
        "azure.client.default.endpoint": server.endpoint,
        "azure.client.default.secondary_endpoint": server.endpoint,
      },
      secureSettings: secretsOf(secrets),
    });
    try {
      const container = await server.newContainer();
      const put = (settings: object) =>
        node.call("PUT", "/_snapshot/a", { type: "azure", settings: { container, ...settings } });
      const refused = await put({ client: "other" });
      expect(refused.status).toBe(500);
      expect(refused.body.error.caused_by).toEqual({
        type: "settings_exception",
        reason: "Unable to find client with name [other]",
      });
      expect((await put({ location_mode: "secondary_only" })).status).toBe(200);
      const written = await node.call("PUT", "/_snapshot/a/s");
      expect(written.body.error.reason).toBe("[a] cannot create snapshot in a readonly repository");
    } finally {
      await node.stop();
    }
  });
});
