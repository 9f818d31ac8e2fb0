// S3Proxy on a folder: a second implementation of S3 with signatures, written by others.

import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, provisionOnce, runCommand, startProcess } from "./process.ts";
import type { S3Server } from "./s3-server.ts";

const VERSION = "4.1.0";
const JAR = `s3proxy-${VERSION}-jar-with-dependencies.jar`;
const ACCESS_KEY = "proxyroot";
const SECRET_KEY = "proxysecret0";

/** The folder that holds the jar. */
export function provisionS3Proxy(): Promise<string> {
  return provisionOnce(`s3proxy-${VERSION}`, async (folder) => {
    await runCommand("java", ["-version"]);
    const artifact = `org.gaul:s3proxy:${VERSION}:jar:jar-with-dependencies`;
    const goal = ["-q", "-B", "dependency:get", `-Dartifact=${artifact}`, "-Dtransitive=false"];
    await runCommand("mvn", goal);
    const local = process.env["MAVEN_REPO_LOCAL"] ?? join(homedir(), ".m2/repository");
    copyFileSync(join(local, "org/gaul/s3proxy", VERSION, JAR), join(folder, JAR));
  });
}

/** Starts it on a free port. */
export async function startS3Proxy(): Promise<S3Server> {
  const home = await provisionS3Proxy();
  const data = mkdtempSync(join(tmpdir(), "varve-s3proxy-"));
  mkdirSync(join(data, "store"));
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const properties = {
    "s3proxy.endpoint": endpoint,
    "s3proxy.authorization": "aws-v4",
    "s3proxy.identity": ACCESS_KEY,
    "s3proxy.credential": SECRET_KEY,
    "jclouds.provider": "filesystem-nio2",
    "jclouds.filesystem.basedir": join(data, "store"),
  };
  const file = join(data, "s3proxy.conf");
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`);
  writeFileSync(file, lines.join(""));
  const started = await startProcess(
    java(),
    [
      "-Xmx256m",
      "-XX:TieredStopAtLevel=1",
      "-XX:+UseSerialGC",
      "-jar",
      join(home, JAR),
      "--properties",
      file,
    ],
    {
      // Java names files in the encoding of the locale.
      env: { LOG_LEVEL: "warn", LC_ALL: "C.UTF-8" },
      ready: async () => (await fetch(endpoint)).status > 0,
      timeoutMs: 120_000,
    },
  );
  return {
    endpoint,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    pid: started.pid,
    stop: async () => {
      await started.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function java(): string {
  const home = process.env["JAVA_HOME"];
  return home !== undefined && existsSync(join(home, "bin/java")) ? join(home, "bin/java") : "java";
}
