// A keystore's file: found beside the configuration, read, changed and replaced whole, readable by
// its owner only. Upstream: KeyStoreWrapper.load, save, upgrade.

import { chmodSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { illegalArgument, nodeFileIo, type Random, VarveError } from "../../base/index.ts";
import {
  KEYSTORE_VERSION,
  readSealedKeystore,
  type SealedKeystore,
  sealKeystore,
  unsealKeystore,
} from "./keystore-format.ts";

/** Its name in the configuration's folder. */
export const KEYSTORE_FILENAME = "opensearch.keystore";
/** A random secret of every keystore; plugins derive others from it. */
export const KEYSTORE_SEED = "keystore.seed";

const SEED_LENGTH = 20;
const SEED_CHARACTERS =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789~!@#$%^&*-_=+?";
const SETTING_NAME = /^[A-Za-z0-9_\-.]+$/;
const OWNER_ONLY = 0o600;

/** Secrets that can be changed and saved. */
export class Keystore {
  /** The format's version on disk. */
  readonly version: number;
  private readonly entries: Map<string, Uint8Array>;

  constructor(entries: Map<string, Uint8Array>, version: number) {
    this.entries = entries;
    this.version = version;
  }

  /** A new one, with its seed. */
  static create(random: Random): Keystore {
    const keystore = new Keystore(new Map(), KEYSTORE_VERSION);
    keystore.addSeed(random);
    return keystore;
  }

  /** Names in order. */
  names(): string[] {
    return [...this.entries.keys()].sort();
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  bytes(name: string): Uint8Array | undefined {
    return this.entries.get(name);
  }

  /** Texts by name, as settings are read. */
  texts(): Map<string, string> {
    const texts = new Map<string, string>();
    for (const [name, value] of this.entries) texts.set(name, Buffer.from(value).toString("utf8"));
    return texts;
  }

  /** Adds or replaces a secret. Error: illegal_argument_exception of its name. */
  set(name: string, value: string | Uint8Array): void {
    if (!SETTING_NAME.test(name)) {
      throw illegalArgument(
        `Setting name [${name}] does not match the allowed setting name pattern [[A-Za-z0-9_\\-.]+]`,
      );
    }
    this.entries.set(name, typeof value === "string" ? Buffer.from(value, "utf8") : value);
  }

  remove(name: string): boolean {
    return this.entries.delete(name);
  }

  /** Adds the seed of old keystores that have none; true if the file has to be written again. */
  upgrade(random: Random): boolean {
    if (this.version === KEYSTORE_VERSION && this.has(KEYSTORE_SEED)) return false;
    if (!this.has(KEYSTORE_SEED)) this.addSeed(random);
    return true;
  }

  private addSeed(random: Random): void {
    let seed = "";
    for (let i = 0; i < SEED_LENGTH; i++) {
      seed += SEED_CHARACTERS[Math.floor(random.next() * SEED_CHARACTERS.length)];
    }
    this.set(KEYSTORE_SEED, seed);
  }

  /** Replaces the file, which nobody but its owner can read. An empty password is none. */
  save(path: string, password: string, random: Random): void {
    const temporary = `${path}.tmp`;
    const bytes = sealKeystore(this.entries, password, random);
    // One that a crash left may be readable by others.
    rmSync(temporary, { force: true });
    const file = nodeFileIo.openWrite(temporary, "exclusive");
    try {
      chmodSync(temporary, OWNER_ONLY);
      file.write(bytes, 0);
      file.sync();
    } finally {
      file.close();
    }
    nodeFileIo.rename(temporary, path);
    nodeFileIo.syncDirectory(dirname(path));
  }
}

/** Reads a keystore's envelope; undefined where there is no file. */
export function loadKeystore(path: string): SealedKeystore | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    const message = `The keystore [${path}] cannot be read: ${(cause as Error).message}`;
    throw new VarveError("unavailable", message, { type: "i_o_exception", cause });
  }
  return readSealedKeystore(bytes, path);
}

/** Decrypts a keystore. Error: security_exception of a wrong password. */
export function openKeystore(sealed: SealedKeystore, password: string, path: string): Keystore {
  return new Keystore(unsealKeystore(sealed, password, path), sealed.version);
}
