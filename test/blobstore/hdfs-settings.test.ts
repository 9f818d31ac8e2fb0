// The settings of repository-hdfs, and what HDFS's refusals mean.

import { userInfo } from "node:os";
import { describe, expect, test } from "vitest";
import { readHdfsSettings } from "../../src/blobstore/hdfs/hdfs-settings.ts";
import {
  isStandby,
  parseRemoteException,
  remoteError,
} from "../../src/blobstore/hdfs/remote-exception.ts";
import { parseRepositoryUrl, storeAddress } from "../../src/blobstore/index.ts";

const read = (settings: Record<string, string>) =>
  readHdfsSettings(storeAddress("hdfs", { path: "/repo", ...settings }));

describe("readHdfsSettings", () => {
  test.each([
    [{ uri: "hdfs://namenode:8020" }, ["http://namenode:9870"]],
    [{ uri: "hdfs://namenode" }, ["http://namenode:9870"]],
    [{ uri: "hdfs://namenode:8020/" }, ["http://namenode:9870"]],
    [{ uri: "webhdfs://namenode:50070" }, ["http://namenode:50070"]],
    [{ uri: "swebhdfs://namenode" }, ["https://namenode:9871"]],
    [{ uri: "hdfs://namenode", "conf.dfs.http.policy": "HTTPS_ONLY" }, ["https://namenode:9871"]],
    [{ uri: "hdfs://n", "conf.dfs.namenode.http-address": "web:80" }, ["http://web:80"]],
    [{ uri: "hdfs://n", "conf.dfs.namenode.http-address": "0.0.0.0:81" }, ["http://n:81"]],
    [{ uri: "hdfs://[::1]:8020" }, ["http://[::1]:9870"]],
  ])("finds the WebHDFS of %j", (settings, nameNodes) => {
    expect(read(settings).nameNodes).toEqual(nameNodes);
  });

  test("finds each name node of a name service", () => {
    const service = {
      uri: "hdfs://backup",
      "conf.dfs.nameservices": "other, backup",
      "conf.dfs.ha.namenodes.backup": "nn1, nn2,nn3",
      "conf.dfs.namenode.http-address.backup.nn1": "one:9870",
      "conf.dfs.namenode.http-address.backup.nn2": "two:50070",
      "conf.dfs.namenode.rpc-address.backup.nn3": "three:8020",
    };
    expect(read(service).nameNodes).toEqual([
      "http://one:9870",
      "http://two:50070",
      "http://three:9870",
    ]);
    const { "conf.dfs.namenode.rpc-address.backup.nn3": _, ...without } = service;
    expect(() => read(without)).toThrow(
      "Name node [backup.nn3] has no [conf.dfs.namenode.http-address.backup.nn3]",
    );
  });

  test("takes the user from the URI, then from Hadoop's setting, then from the system", () => {
    const uri = "hdfs://namenode:8020";
    expect(read({ uri: "hdfs://alice@namenode:8020" }).userName).toBe("alice");
    expect(read({ uri, "conf.hadoop.user.name": "bob" }).userName).toBe("bob");
    expect(read({ uri }).userName).toBe(process.env["HADOOP_USER_NAME"] ?? userInfo().username);
  });

  test("is what a URL on the command line names", () => {
    const { type, settings } = parseRepositoryUrl(
      "hdfs://alice@namenode:8020/backups/eu?conf.dfs.namenode.http-address=web:9870",
    );
    expect(readHdfsSettings(storeAddress(type, settings))).toEqual({
      nameNodes: ["http://web:9870"],
      root: "/backups/eu",
      userName: "alice",
      label: "hdfs://namenode:8020/backups/eu",
    });
  });

  test.each([
    [{}, "No 'uri' defined for hdfs snapshot/restore"],
    [{ uri: "hdfs://namenode", path: "" }, "No 'path' defined for hdfs snapshot/restore"],
    [
      { uri: "file:///tmp" },
      "Invalid scheme [file] specified in uri [file:///tmp]; only 'hdfs' uri allowed for hdfs " +
        "snapshot/restore",
    ],
    [
      { uri: "hdfs://namenode:8020/some/path" },
      "Use 'path' option to specify a path [/some/path], not the uri " +
        "[hdfs://namenode:8020/some/path] for hdfs snapshot/restore",
    ],
    [{ uri: "hdfs://" }, "names no name node"],
    [{ uri: "hdfs://alice:secret@namenode" }, "holds no password"],
    [{ uri: "hdfs://n", "security.principal": "es@REALM" }, "asks for Kerberos"],
    [{ uri: "hdfs://n", "conf.hadoop.security.authentication": "kerberos" }, "asks for Kerberos"],
    [{ uri: "hdfs://n", load_defaults: "maybe" }, "Failed to parse value [maybe]"],
    [{ uri: "hdfs://n", chunk_size: "12 apples" }, "failed to parse"],
    [{ uri: "hdfs://n", path: "/a/../b" }, "must not contain [..]"],
    [{ uri: "hdfs://n", path: "/a:b" }, "holds a character that HDFS does not allow"],
  ])("rejects %j", (settings: Record<string, string>, message) => {
    expect(() => read(settings)).toThrow(message);
    expect(() => read(settings)).not.toThrow("secret");
  });
});

function refused(status: number, exception: string, message: string) {
  const body = JSON.stringify({ RemoteException: { exception, message, javaClassName: "x" } });
  return parseRemoteException(status, body);
}

describe("remoteError", () => {
  test.each([
    [404, "FileNotFoundException", "File does not exist: /a", "missing"],
    [403, "FileAlreadyExistsException", "/a", "conflict"],
    [403, "AlreadyBeingCreatedException", "/a", "conflict"],
    [403, "AccessControlException", "Permission denied: user=guest", "unavailable"],
    [401, "SecurityException", "no", "unavailable"],
    [403, "DSQuotaExceededException", "full", "limit"],
    [403, "StandbyException", "Operation category READ", "unavailable"],
    [403, "RetriableException", "Name node is in safe mode.", "unavailable"],
    [403, "SafeModeException", "Cannot create file", "unavailable"],
    [403, "LeaseExpiredException", "No lease", "unavailable"],
    [403, "IOException", "could only be written to 0 of the 1 minReplication nodes", "unavailable"],
    [400, "IllegalArgumentException", "Invalid value", "invalid"],
    [403, "InvalidPathException", "Invalid path name", "invalid"],
    [400, "UnsupportedOperationException", "CREATE", "unsupported"],
    [500, "RuntimeException", "boom\n\tat Main.java", "unavailable"],
  ])("answers status %d %s (%s) as %s", (status, exception, message, kind) => {
    const error = remoteError(refused(status, exception, message), "blob [a]");
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(exception);
    expect(error.message).not.toContain("\n");
  });

  test("says that safe mode is what keeps it from writing", () => {
    const error = remoteError(refused(403, "SafeModeException", "Cannot create /a"), "blob [a]");
    expect(error.message).toContain("HDFS is in safe mode and takes no writes");
  });

  test("reads pages of gateways and answers that were cut", () => {
    for (const body of [
      "<html>",
      "",
      '{"RemoteException":{"exc',
      "null",
      '{"RemoteException":1}',
    ]) {
      const error = remoteError(parseRemoteException(502, body), "blob [a]");
      expect([error.kind, error.message]).toEqual([
        "unavailable",
        "Access to blob [a] failed: status 502",
      ]);
    }
    expect(remoteError(parseRemoteException(403, ""), "x").type).toBe("access_denied_exception");
  });

  test("isStandby is told by class or by text", () => {
    const text = "Operation category READ is not supported in state standby";
    expect(isStandby(refused(403, "StandbyException", "x"))).toBe(true);
    expect(isStandby(refused(403, "RemoteException", text))).toBe(true);
    expect(isStandby(refused(404, "FileNotFoundException", "x"))).toBe(false);
  });
});
