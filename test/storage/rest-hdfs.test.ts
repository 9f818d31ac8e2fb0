// The REST API over HDFS.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HdfsServer, hdfsSkip, startHdfs } from "../support/storage/hdfs.ts";
import { liveRepositoryStory } from "../support/storage/rest-story.ts";
import { startVarve } from "../support/varve.ts";

const skip = await hdfsSkip();

describe.skipIf(skip !== undefined)("a repository of type hdfs", () => {
  let server: HdfsServer;
  beforeAll(async () => {
    server = await startHdfs();
  });
  afterAll(async () => {
    await server?.stop();
  });

  it("lives its whole life, also on a second node", async () => {
    await liveRepositoryStory({
      type: "hdfs",
      settings: {
        uri: server.uri,
        path: "/snapshots/one",
        conf: { "dfs.namenode.http-address": server.httpAddress },
        "conf.hadoop.user.name": server.userName,
      },
    });
  });

  it("rejects a repository without uri or path at once", async () => {
    const node = await startVarve();
    try {
      const causeOf = async (settings: object) =>
        (await node.call("PUT", "/_snapshot/h", { type: "hdfs", settings })).body.error.caused_by;
      expect(await causeOf({})).toEqual({
        type: "illegal_argument_exception",
        reason: "No 'uri' defined for hdfs snapshot/restore",
      });
      expect(await causeOf({ uri: "hdfs://localhost:8020" })).toEqual({
        type: "illegal_argument_exception",
        reason: "No 'path' defined for hdfs snapshot/restore",
      });
      expect((await node.call("GET", "/_snapshot/h")).status).toBe(404);
    } finally {
      await node.stop();
    }
  });
});
