// A real HDFS with WebHDFS: Hadoop's own minicluster, from Maven Central.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { freePort, provisionOnce, runCommand, startProcess, storageSkip } from "./process.ts";

const HADOOP = "3.5.0";
const COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies";

/** A name node with one data node. */
export interface HdfsServer {
  /** `hdfs://127.0.0.1:<rpc port>` */
  readonly uri: string;
  /** `127.0.0.1:<port>` of WebHDFS. */
  readonly httpAddress: string;
  readonly userName: string;
  readonly pid: number;
  /** Runs `hdfs dfsadmin` with these arguments. */
  admin(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** Why there is no HDFS here, or undefined. */
export function hdfsSkip(): Promise<string | undefined> {
  return storageSkip("HDFS", async () => {
    await runCommand("java", ["-version"]);
    await provision();
  });
}

function provision(): Promise<string> {
  return provisionOnce(`hadoop-minicluster-${HADOOP}`, async (folder) => {
    const dependencies = [
      ["org.apache.hadoop", "hadoop-client-minicluster", HADOOP],
      ["org.junit.jupiter", "junit-jupiter-api", "5.13.3"],
      ["org.slf4j", "slf4j-simple", "1.7.36"],
    ].map(
      ([group, artifact, version]) =>
        `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId>` +
        `<version>${version}</version></dependency>`,
    );
    writeFileSync(
      join(folder, "pom.xml"),
      '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>' +
        "<groupId>varve</groupId><artifactId>hdfs-for-tests</artifactId><version>1</version>" +
        `<dependencies>${dependencies.join("")}</dependencies></project>\n`,
    );
    await runCommand("mvn", ["-q", "-B", COPY, `-DoutputDirectory=${join(folder, "lib")}`], {
      cwd: folder,
    });
  });
}

/** Starts an empty HDFS. */
export async function startHdfs(): Promise<HdfsServer> {
  const home = await provision();
  const data = mkdtempSync(join(tmpdir(), "varve-hdfs-data-"));
  const [rpcPort, httpPort] = [await freePort(), await freePort()];
  const state = `http://127.0.0.1:${httpPort}/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState`;
  const ready = async () => {
    const answer = (await (await fetch(state)).json()) as {
      beans?: { NumLiveDataNodes?: number; FSState?: string }[];
    };
    const bean = answer.beans?.[0];
    return (bean?.NumLiveDataNodes ?? 0) >= 1 && bean?.FSState === "Operational";
  };
  const jvm = ["-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
  const properties = [
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
    `-Dtest.build.data=${data}`,
    `-Dhadoop.log.dir=${data}`,
  ];
  const cluster = [
    "org.apache.hadoop.mapreduce.MiniHadoopClusterManager",
    ...["-nomr", "-format", "-datanodes", "1"],
    ...["-nnport", String(rpcPort), "-nnhttpport", String(httpPort)],
    // Without it, 300 small files took 26 s instead of 2.6 s: a block's last state is waited for.
    ...["-D", "dfs.client.block.write.locateFollowingBlock.initial.delay.ms=10"],
  ];
  const classPath = ["-cp", join(home, "lib/*")];
  const args = [...jvm, ...properties, ...classPath, ...cluster];
  const server = await startProcess("java", args, { ready, timeoutMs: 120_000 });
  return {
    uri: `hdfs://127.0.0.1:${rpcPort}`,
    httpAddress: `127.0.0.1:${httpPort}`,
    userName: userInfo().username,
    pid: server.pid,
    admin: (...command) =>
      runCommand("java", [
        ...["-Xmx256m", "-XX:TieredStopAtLevel=1", ...classPath],
        ...["org.apache.hadoop.hdfs.tools.DFSAdmin", "-fs", `hdfs://127.0.0.1:${rpcPort}`],
        ...command,
      ]),
    stop: async () => {
      await server.stop();
      rmSync(data, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
