// The providers by OpenSearch's repository type. A provider checks its settings when it is opened
// (illegal_argument_exception in the words of the real server) and loads its SDK at its first call.
//
//   TYPE    ROOT OF THE STORE          THE REPOSITORY'S FOLDER IN IT
//   fs      location                   base_path
//   url     url                        none
//   s3      bucket                     base_path
//   gcs     bucket                     base_path
//   azure   container                  base_path
//   hdfs    uri and path               none
//   memory  a new store each time      base_path

import { illegalArgument } from "../base/index.ts";
import { openAzureBlobStore } from "./azure/azure-blob-store.ts";
import type { BlobStore } from "./blob-store.ts";
import { FsBlobStore } from "./fs-blob-store.ts";
import { openGcsBlobStore } from "./gcs/gcs-blob-store.ts";
import { openHdfsBlobStore } from "./hdfs/hdfs-blob-store.ts";
import { MemoryBlobStore } from "./memory-blob-store.ts";
import { openS3BlobStore } from "./s3/s3-blob-store.ts";
import {
  type StoreAddress,
  type StoreContext,
  type StoreType,
  storeSetting,
} from "./store-address.ts";
import { openUrlBlobStore } from "./url-blob-store.ts";

type OpenStore = (address: StoreAddress, context: StoreContext) => BlobStore;

const PROVIDERS: Readonly<Partial<Record<StoreType, OpenStore>>> = {
  fs: (address) => new FsBlobStore(required(address, "location")),
  url: (address) => openUrlBlobStore(required(address, "url")),
  hdfs: openHdfsBlobStore,
  gcs: openGcsBlobStore,
  azure: openAzureBlobStore,
  s3: openS3BlobStore,
  memory: () => new MemoryBlobStore(),
};

function required(address: StoreAddress, name: string): string {
  const value = storeSetting(address, name);
  if (value === undefined) throw illegalArgument(`missing ${name}`);
  return value;
}

/** Is there a provider of this type? */
export function isStoreType(type: string): type is StoreType {
  return Object.hasOwn(PROVIDERS, type);
}

/** Opens a store. Nothing is asked of it yet. Error: illegal_argument_exception of a setting. */
export function openBlobStore(address: StoreAddress, context: StoreContext): BlobStore {
  const open = PROVIDERS[address.type];
  if (open === undefined) throw illegalArgument(`repository type [${address.type}] does not exist`);
  return open(address, context);
}

/** The repository's folder in its store: empty, or segments joined by `/`. */
export function basePathOf(address: StoreAddress): string {
  if (address.type === "url" || address.type === "hdfs") return "";
  return (address.settings["base_path"] ?? "").replace(/^\/+|\/+$/g, "");
}
