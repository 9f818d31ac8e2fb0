// The settings of a repository on HDFS, and where its WebHDFS answers.
//
//   SETTING                  MEANING
//   uri                      hdfs://host:port (the RPC address; its port is not used) or
//                            hdfs://<name service>; also webhdfs: and swebhdfs: with the HTTP port
//   path                     the repository's folder
//   conf.<key>               Hadoop's settings, see below; others are ignored, as Hadoop does
//   load_defaults            true or false; no Hadoop files are read either way
//   security.principal       Kerberos: refused
//   chunk_size, compress     as for every repository
//
//   HADOOP'S SETTING                           MEANING
//   dfs.namenode.http-address                  host:port of WebHDFS (port 9870 by default)
//   dfs.namenode.https-address                 the same over TLS (9871)
//   dfs.http.policy                            HTTPS_ONLY: TLS also for hdfs: URIs
//   dfs.nameservices, dfs.ha.namenodes.<s>     name nodes that take over from each other
//   dfs.namenode.http-address.<s>.<n>          where each of them answers
//   hadoop.user.name                           who asks, if the URI does not say
// Upstream: HdfsRepository, and Hadoop's DFSUtil for name services.

import { userInfo } from "node:os";
import { illegalArgument, parseByteSize, unsupported } from "../../base/index.ts";
import { type StoreAddress, storeSetting } from "../store-address.ts";

const HTTP_PORT = 9870;
const HTTPS_PORT = 9871;

/** Where a repository lies on HDFS, and how it is asked. */
export interface HdfsTarget {
  /** Origins of the name nodes, `http://host:port`; more than one where they take over. */
  readonly nameNodes: readonly string[];
  /** Absolute, without a slash at its end; empty for the root. */
  readonly root: string;
  readonly userName: string;
  /** For messages: `hdfs://host:port/path`. */
  readonly label: string;
}

/** Checks the settings. Error: illegal_argument_exception, in the words of repository-hdfs. */
export function readHdfsSettings(address: StoreAddress): HdfsTarget {
  const uri = storeSetting(address, "uri");
  if (uri === undefined) throw illegalArgument("No 'uri' defined for hdfs snapshot/restore");
  const parsed = parseUri(uri);
  const path = storeSetting(address, "path");
  if (path === undefined) throw illegalArgument("No 'path' defined for hdfs snapshot/restore");
  refuseKerberos(address);
  checkOthers(address);
  const root = cleanPath(path);
  return {
    nameNodes: nameNodesOf(parsed, address),
    root,
    userName: userNameOf(parsed, address),
    label: `${parsed.scheme}://${parsed.authority}${root === "" ? "/" : root}`,
  };
}

interface HdfsUri {
  readonly scheme: "hdfs" | "webhdfs" | "swebhdfs";
  readonly host: string;
  readonly port: string;
  readonly authority: string;
  readonly user: string;
}

function parseUri(uri: string): HdfsUri {
  const match = /^([a-z][a-z0-9+.-]*):\/\/(?:([^/@]*)@)?(\[[^\]]*\]|[^/:]*)(?::(\d+))?(.*)$/i.exec(
    uri,
  );
  const scheme = match?.[1]?.toLowerCase() ?? /^([^:/]*):/.exec(uri)?.[1] ?? "null";
  if (scheme !== "hdfs" && scheme !== "webhdfs" && scheme !== "swebhdfs") {
    throw illegalArgument(
      `Invalid scheme [${scheme}] specified in uri [${withoutUser(uri)}]; ` +
        "only 'hdfs' uri allowed for hdfs snapshot/restore",
    );
  }
  const [, , user = "", host = "", port = "", rest = ""] = match ?? [];
  if (match === null || host === "") {
    throw illegalArgument(`uri [${withoutUser(uri)}] names no name node (hdfs://host:port)`);
  }
  if (user.includes(":")) {
    throw illegalArgument("A uri of HDFS holds no password: simple authentication has none");
  }
  if (rest !== "" && rest !== "/") {
    throw illegalArgument(
      `Use 'path' option to specify a path [${rest}], not the uri [${withoutUser(uri)}] ` +
        "for hdfs snapshot/restore",
    );
  }
  const authority = port === "" ? host : `${host}:${port}`;
  return { scheme, host, port, authority, user: decodeURIComponent(user) };
}

function withoutUser(uri: string): string {
  return uri.replace(/\/\/[^/@]*@/, "//");
}

function refuseKerberos(address: StoreAddress): void {
  const principal = storeSetting(address, "security.principal");
  const kerberos = configured(address, "hadoop.security.authentication") === "kerberos";
  if (principal === undefined && !kerberos) return;
  const setting =
    principal === undefined ? "conf.hadoop.security.authentication" : "security.principal";
  throw unsupported(
    `[${setting}] asks for Kerberos, which is not supported: give the repository a gateway that ` +
      "authenticates for it (webhdfs:// or swebhdfs:// with the gateway's address), or a cluster " +
      "with simple authentication",
  );
}

function checkOthers(address: StoreAddress): void {
  const chunkSize = storeSetting(address, "chunk_size");
  if (chunkSize !== undefined && parseByteSize(chunkSize, "chunk_size") === 0) {
    throw illegalArgument(`[chunk_size] must be greater than zero, not [${chunkSize}]`);
  }
  const loadDefaults = storeSetting(address, "load_defaults");
  if (loadDefaults !== undefined && loadDefaults !== "true" && loadDefaults !== "false") {
    throw illegalArgument(
      `Failed to parse value [${loadDefaults}] as only [true] or [false] are allowed.`,
    );
  }
}

function cleanPath(path: string): string {
  const segments = path.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.includes("..")) throw illegalArgument(`'path' [${path}] must not contain [..]`);
  if (path.includes(":") || path.includes("\0")) {
    throw illegalArgument(`'path' [${path}] holds a character that HDFS does not allow in names`);
  }
  return segments.map((segment) => `/${segment}`).join("");
}

function configured(address: StoreAddress, key: string): string | undefined {
  return storeSetting(address, `conf.${key}`)?.trim();
}

function userNameOf(uri: HdfsUri, address: StoreAddress): string {
  if (uri.user !== "") return uri.user;
  const given = configured(address, "hadoop.user.name") ?? process.env["HADOOP_USER_NAME"];
  if (given !== undefined && given !== "") return given;
  try {
    return userInfo().username;
  } catch {
    // A process whose user has no entry in the password file, as in some containers.
    throw illegalArgument("The user of HDFS is not known: set [conf.hadoop.user.name]");
  }
}

function nameNodesOf(uri: HdfsUri, address: StoreAddress): string[] {
  const secure =
    uri.scheme === "swebhdfs" || configured(address, "dfs.http.policy") === "HTTPS_ONLY";
  const key = `dfs.namenode.${secure ? "https" : "http"}-address`;
  const origin = (host: string, port: string) =>
    `${secure ? "https" : "http"}://${host}:${port || (secure ? HTTPS_PORT : HTTP_PORT)}`;
  const services = (configured(address, "dfs.nameservices") ?? "").split(",");
  if (services.some((service) => service.trim() === uri.host)) {
    return nodesOfService(uri.host, address).map((node) => {
      const suffix = node === "" ? uri.host : `${uri.host}.${node}`;
      const http = configured(address, `${key}.${suffix}`);
      if (http !== undefined) return originOf(http, "", origin);
      const rpc = configured(address, `dfs.namenode.rpc-address.${suffix}`);
      if (rpc !== undefined) return origin(splitAddress(rpc)[0], "");
      throw illegalArgument(`Name node [${suffix}] has no [conf.${key}.${suffix}]`);
    });
  }
  if (uri.scheme !== "hdfs") return [origin(uri.host, uri.port)];
  return [originOf(configured(address, key) ?? "", uri.host, origin)];
}

function nodesOfService(service: string, address: StoreAddress): string[] {
  const nodes = configured(address, `dfs.ha.namenodes.${service}`) ?? "";
  return nodes.split(",").map((node) => node.trim());
}

/** A bound-to-all address (`0.0.0.0:9870`) means the host of the URI. */
function originOf(
  address: string,
  fallback: string,
  origin: (host: string, port: string) => string,
): string {
  const [host, port] = splitAddress(address);
  return origin(host === "" || (host === "0.0.0.0" && fallback !== "") ? fallback : host, port);
}

function splitAddress(address: string): readonly [host: string, port: string] {
  const match = /^(\[[^\]]*\]|[^:/]*)(?::(\d*))?$/.exec(address);
  if (match === null) throw illegalArgument(`[${address}] is not an address (host:port)`);
  return [match[1] ?? "", match[2] ?? ""];
}
