import { describe, expect, it } from "vitest";
import { isSecureSetting, resolveStoreAddress } from "../../src/blobstore/index.ts";

const flat = (settings: Record<string, string>) => new Map(Object.entries(settings));
const none = flat({});
const NODE = flat({
  "s3.client.default.region": "eu-west-1",
  "s3.client.backup.endpoint": "https://s3.example.com",
  "s3.client.backup.proxy.port": "8080",
});
const KEYS = flat({
  "s3.client.backup.access_key": "A",
  "s3.client.backup.secret_key": "S",
  "s3.client.backup.proxy.password": "P",
  "azure.client.default.account": "other type",
});

describe("resolveStoreAddress", () => {
  it("takes the settings and secrets of the repository's client and of no other", () => {
    const settings = { bucket: "b", client: "backup" };
    expect(resolveStoreAddress({ type: "s3", settings }, NODE, KEYS)).toEqual({
      type: "s3",
      settings,
      client: { endpoint: "https://s3.example.com", "proxy.port": "8080" },
      secrets: { access_key: "A", secret_key: "S", "proxy.password": "P" },
    });
    const found = resolveStoreAddress({ type: "s3", settings: { bucket: "b" } }, NODE, KEYS);
    expect([found.client, found.secrets]).toEqual([{ region: "eu-west-1" }, {}]);
  });

  it("takes secrets from the node's settings, too, and the keystore's first", () => {
    const node = flat({ "s3.client.default.access_key": "N", "s3.client.default.secret_key": "M" });
    const keystore = flat({ "s3.client.default.secret_key": "K" });
    const { secrets, client } = resolveStoreAddress({ type: "s3", settings: {} }, node, keystore);
    expect([secrets, client]).toEqual([{ access_key: "N", secret_key: "K" }, {}]);
  });

  it("leaves types without clients alone", () => {
    const named = { type: "fs", settings: { location: "/x", client: "any" } } as const;
    expect(resolveStoreAddress(named, NODE, KEYS)).toEqual({ ...named, client: {}, secrets: {} });
  });

  it("rejects unknown clients in the words of each type, which name the known ones", () => {
    const resolve = (type: "s3" | "gcs" | "azure") => () =>
      resolveStoreAddress({ type, settings: { client: "c" } }, NODE, none);
    expect(resolve("s3")).toThrow(
      "Unknown s3 client name [c]. Existing client configs: backup,default",
    );
    expect(resolve("gcs")).toThrow("Unknown client name [c]. Existing client configs: default");
    expect(resolve("azure")).toThrow("Unable to find client with name [c]");
  });

  it("takes Azure's only client for default, and its name from `account` of old repositories", () => {
    const keys = flat({ "azure.client.one.account": "acc", "azure.client.one.key": "k" });
    const resolve = (settings: Record<string, string>) =>
      resolveStoreAddress({ type: "azure", settings }, none, keys).secrets["account"];
    expect([resolve({}), resolve({ account: "one" }), resolve({ client: "one" })]).toEqual([
      "acc",
      "acc",
      "acc",
    ]);
    expect(() => resolve({ account: "two" })).toThrow("Unable to find client with name [two]");
  });

  it("rejects keys that are not whole", () => {
    const resolve = (type: "s3" | "azure", keys: Record<string, string>) => () =>
      resolveStoreAddress({ type, settings: {} }, none, flat(keys));
    expect(resolve("s3", { "s3.client.default.access_key": "a" })).toThrow(
      "Missing secret key for s3 client [default]",
    );
    expect(resolve("s3", { "s3.client.default.secret_key": "a" })).toThrow(
      "Missing access key for s3 client [default]",
    );
    expect(resolve("s3", { "s3.client.default.session_token": "a" })).toThrow(
      "Missing access key and secret key for s3 client [default]",
    );
    const account = { "azure.client.default.account": "a" };
    expect(resolve("azure", account)).toThrow(
      "Neither a secret key nor a shared access token was set.",
    );
    const both = { "azure.client.default.key": "k", "azure.client.default.sas_token": "t" };
    expect(resolve("azure", { ...account, ...both })).toThrow(
      "Both a secret as well as a shared access token were set.",
    );
  });

  it("rejects a repository's own keys unless the node allows them, and moves them then", () => {
    const settings = { bucket: "b", access_key: "a", secret_key: "s" };
    const resolve = (node: Map<string, string>) =>
      resolveStoreAddress({ type: "s3", settings }, node, KEYS);
    expect(() => resolve(none)).toThrow(
      "Setting [access_key] is insecure, but property [allow_insecure_settings] is not set",
    );
    const allowed = resolve(flat({ "opensearch.allow_insecure_settings": "true" }));
    expect(allowed).toMatchObject({
      settings: { bucket: "b" },
      secrets: { access_key: "a", secret_key: "s" },
    });
    expect(allowed.settings).not.toHaveProperty("secret_key");
  });
});

describe("isSecureSetting", () => {
  it("knows the secrets of each type's clients, and nothing else", () => {
    for (const key of [
      "s3.client.default.secret_key",
      "s3.client.x.proxy.password",
      "azure.client.default.account",
      "gcs.client.default.credentials_file",
    ]) {
      expect(isSecureSetting(key), key).toBe(true);
    }
    for (const key of ["s3.client.default.region", "s3.client.secret_key", "http.port"]) {
      expect(isSecureSetting(key), key).toBe(false);
    }
  });
});
