// How a repository is named on the command line, and which type and settings of OpenSearch's that
// is. Parameters are the type's settings by their names (`?region=…&path_style_access=true`).
//
//   ./folder, /folder, file:///folder       fs     location
//   s3://bucket/prefix                      s3     bucket, base_path
//   gs://bucket/prefix                      gcs    bucket, base_path
//   azure://container/prefix                azure  container, base_path
//   hdfs://namenode:8020/path               hdfs   uri, path (webhdfs: and swebhdfs: too)
//   http://…, https://…                     url    url (parameters are part of it)

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { illegalArgument } from "../base/index.ts";
import type { StoreType } from "./store-address.ts";

/** A repository's type and settings. */
export interface NamedRepository {
  readonly type: StoreType;
  readonly settings: Readonly<Record<string, string>>;
}

const SCHEME = /^([a-z][a-z0-9+.-]+):/i;
const BUCKET_SETTING: Readonly<Record<string, readonly [StoreType, string]>> = {
  s3: ["s3", "bucket"],
  gs: ["gcs", "bucket"],
  azure: ["azure", "container"],
};
const HDFS_SCHEMES = new Set(["hdfs", "webhdfs", "swebhdfs"]);

/** The repository that a text names; relative folders are of `folder`. */
export function parseRepositoryUrl(text: string, folder = "."): NamedRepository {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    if (text === "") throw illegalArgument("A repository is a folder or a URL, not an empty text");
    return { type: "fs", settings: { location: resolve(folder, text) } };
  }
  const url = parse(text);
  if (url.password !== "" || (url.username !== "" && !HDFS_SCHEMES.has(scheme))) {
    throw illegalArgument(
      `Keys do not belong into the URL of a repository [${scheme}://…]: give them in the ` +
        "environment or in the keystore",
    );
  }
  if (scheme === "http" || scheme === "https") return { type: "url", settings: { url: text } };
  const parameters = Object.fromEntries(url.searchParams);
  if (scheme === "file") {
    return { type: "fs", settings: { ...parameters, location: filePath(url) } };
  }
  const path = decoded(url.pathname, text).replace(/^\/+|\/+$/g, "");
  if (HDFS_SCHEMES.has(scheme)) {
    const uri = `${scheme}://${url.username === "" ? "" : `${url.username}@`}${url.host}`;
    return { type: "hdfs", settings: { ...parameters, uri, path: `/${path}` } };
  }
  const known = BUCKET_SETTING[scheme];
  if (known === undefined) throw unknownScheme(scheme);
  const [type, bucketSetting] = known;
  if (url.host === "") throw illegalArgument(`[${text}] names no ${bucketSetting}`);
  const base = path === "" ? {} : { base_path: path };
  return {
    type,
    settings: { ...parameters, [bucketSetting]: decoded(url.host, text), ...base },
  };
}

function parse(text: string): URL {
  try {
    return new URL(text);
  } catch (cause) {
    throw illegalArgument(`[${text}] is not a URL of a repository`, cause);
  }
}

function decoded(part: string, text: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw illegalArgument(`[${text}] is not a URL: write a percent sign as %25`, cause);
  }
}

function filePath(url: URL): string {
  const bare = new URL(url);
  bare.search = "";
  try {
    return fileURLToPath(bare);
  } catch (cause) {
    throw illegalArgument(`[${url.href}] is not a folder of this machine`, cause);
  }
}

function unknownScheme(scheme: string): Error {
  return illegalArgument(
    `[${scheme}:] is no kind of repository; known are a folder, file:, s3:, gs:, azure:, hdfs:, ` +
      "webhdfs:, http: and https:",
  );
}
