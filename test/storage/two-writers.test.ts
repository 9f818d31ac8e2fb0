// Two writing processes on one bucket of S3 and on one container of Azure.

import { afterAll, beforeAll, describe, it } from "vitest";
import { expectNothingLost, writerRounds } from "../sim/two-writers.ts";
import {
  AZURITE_ACCOUNT,
  AZURITE_KEY,
  type Azurite,
  provideAzurite,
  startAzurite,
} from "../support/storage/azurite.ts";
import { storageSkip } from "../support/storage/process.ts";
import { makeBucket, type S3Server, s3Address } from "../support/storage/s3-server.ts";
import { provisionSeaweed, startSeaweed } from "../support/storage/seaweedfs.ts";

const ROUNDS = writerRounds(12);
const TIMEOUT_MS = 120_000 + ROUNDS * 5000;
const skipS3 = await storageSkip("SeaweedFS", provisionSeaweed);
const skipAzure = await storageSkip("Azurite", provideAzurite);

describe.skipIf(skipS3 !== undefined)("SeaweedFS", () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startSeaweed();
  });
  afterAll(() => server?.stop());

  it("two processes on one bucket lose no snapshot", { timeout: TIMEOUT_MS }, async () => {
    const bucket = await makeBucket(server);
    await expectNothingLost(s3Address(server, bucket), ROUNDS);
  });
});

describe.skipIf(skipAzure !== undefined)("Azurite", () => {
  let server: Azurite;
  beforeAll(async () => {
    server = await startAzurite();
  });
  afterAll(() => server?.stop());

  it("two processes on one container lose no snapshot", { timeout: TIMEOUT_MS }, async () => {
    const address = {
      type: "azure",
      settings: { container: await server.newContainer() },
      client: { endpoint: server.endpoint },
      secrets: { account: AZURITE_ACCOUNT, key: AZURITE_KEY },
    } as const;
    await expectNothingLost(address, ROUNDS);
  });
});
