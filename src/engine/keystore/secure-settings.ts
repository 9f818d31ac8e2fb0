// The node's secrets: what its keystore holds. They are read at the start and again when the
// operator says so; a reload that fails leaves the old ones.

import { VarveError } from "../../base/index.ts";
import type { FlatSettings } from "../../blobstore/index.ts";
import { loadKeystore, openKeystore } from "./keystore-file.ts";

/** Reads a keystore with a password; undefined where there is none. */
export type KeystoreReader = (password: string) => ReadonlyMap<string, string> | undefined;

/** Secrets by their settings' names. */
export class SecureSettings implements FlatSettings {
  private values: ReadonlyMap<string, string>;
  private readonly read: KeystoreReader;
  /** Look at what a reload has read, and throw if it must not be taken. */
  readonly checks: ((values: FlatSettings) => void)[] = [];
  /** Called after a reload that worked. */
  readonly onReloaded: (() => void)[] = [];

  /** `values` is what `read` has answered at the start. */
  constructor(values: ReadonlyMap<string, string>, read: KeystoreReader) {
    this.values = values;
    this.read = read;
  }

  /** No secrets, and no keystore. */
  static none(): SecureSettings {
    return new SecureSettings(new Map(), () => undefined);
  }

  /** The secrets of a keystore's file, which may be missing until the first reload. */
  static open(path: string, password: string): SecureSettings {
    const read: KeystoreReader = (given) => {
      const sealed = loadKeystore(path);
      return sealed === undefined ? undefined : openKeystore(sealed, given, path).texts();
    };
    return new SecureSettings(read(password) ?? new Map(), read);
  }

  get(key: string): string | undefined {
    return this.values.get(key);
  }

  keys(): Iterable<string> {
    return this.values.keys();
  }

  /**
   * Reads the keystore again. Errors: it is missing or damaged, the password is wrong, or a check
   * refuses what it holds; the old secrets stay.
   */
  reload(password: string): void {
    const values = this.read(password);
    if (values === undefined) {
      throw new VarveError("missing", "Keystore is missing", { type: "illegal_state_exception" });
    }
    for (const check of this.checks) check(values);
    this.values = values;
    for (const listener of this.onReloaded) listener();
  }
}
