// Repositories that real servers wrote, beside their golden answers (test/fixtures/README.md).

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";

const FOLDER = resolve(import.meta.dirname, "../fixtures");

/** Every archive's name, discovered. */
export function fixtureNames(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(".tar.gz"))
    .map((name) => name.slice(0, -".tar.gz".length))
    .sort();
}

/** The golden answers beside an archive. */
export function fixtureExpected(name: string): any {
  const plain = join(FOLDER, `${name}.expected.json`);
  if (existsSync(plain)) return JSON.parse(readFileSync(plain, "utf8"));
  return JSON.parse(gunzipSync(readFileSync(`${plain}.gz`)).toString("utf8"));
}

export interface UnpackedFixture {
  readonly name: string;
  /** The repository's folder; a private copy that a test may change. */
  readonly repository: string;
  /** The folder that holds `repo`, and `remote` where there is one. */
  readonly folder: string;
  remove(): void;
}

/** Unpacks one archive into a temporary folder. */
export function unpackFixture(name: string): UnpackedFixture {
  const root = mkdtempSync(join(tmpdir(), "varve-fixture-"));
  execFileSync("tar", ["xzf", join(FOLDER, `${name}.tar.gz`), "-C", root]);
  const folder = join(root, name);
  return {
    name,
    folder,
    repository: join(folder, "repo"),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** The damaged variants: name, base archive, byte operations, and what a verify must report. */
export function damagedVariants(): any[] {
  const file = JSON.parse(readFileSync(join(FOLDER, "corrupt.json"), "utf8"));
  return file.variants;
}

/** Applies a damaged variant to an unpacked archive (its `folder`). */
export function applyDamage(variant: string, folder: string): void {
  const script = join(FOLDER, "apply-mutations.mjs");
  execFileSync(process.execPath, [script, join(FOLDER, "corrupt.json"), variant, folder]);
}
