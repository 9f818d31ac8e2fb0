// Rules of index names. Upstream: MetadataCreateIndexService.validateIndexName (2.19.6).

import { invalidIndexName } from "../exceptions.ts";

const NAME_BYTES_MAX = 255;
const INVALID = [" ", '"', "*", "\\", "<", "|", ",", ">", "/", "?"];

/** Throws `invalid_index_name_exception`, 400, with the real server's reason. */
export function validateIndexName(name: string): void {
  validateIndexOrAliasName(name, (why) => invalidIndexName(name, why));
  if (name.toLowerCase() !== name) throw invalidIndexName(name, "must be lowercase");
}

/** The rules that indices and aliases share; `fail` makes the error. */
export function validateIndexOrAliasName(name: string, fail: (why: string) => Error): void {
  if (name === "") throw fail("must not be empty");
  if (INVALID.some((char) => name.includes(char))) {
    throw fail(`must not contain the following characters [ , ", *, \\, <, |, ,, >, /, ?]`);
  }
  if (name.includes("#")) throw fail("must not contain '#'");
  if (name.includes(":")) throw fail("must not contain ':'");
  if (/^[_\-+]/.test(name)) throw fail("must not start with '_', '-', or '+'");
  const bytes = Buffer.byteLength(name);
  if (bytes > NAME_BYTES_MAX) throw fail(`index name is too long, (${bytes} > ${NAME_BYTES_MAX})`);
  if (name === "." || name === "..") throw fail("must not be '.' or '..'");
}
