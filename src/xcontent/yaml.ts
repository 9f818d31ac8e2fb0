// YAML, as OpenSearch answers `format=yaml` and accepts `application/yaml`: one document with a
// leading `---`. Parsing is the yaml package's work, with aliases bounded. Upstream: YamlXContent.

import { parse, stringify } from "yaml";
import { VarveError } from "../base/index.ts";
import type { XContentValue } from "./tree.ts";

/** The document as text, with its leading marker. */
export function encodeYaml(value: XContentValue): string {
  const options = {
    defaultStringType: "QUOTE_DOUBLE",
    defaultKeyType: "PLAIN",
    lineWidth: 0,
  } as const;
  return `---\n${stringify(value, options)}`;
}

/** Decodes one document; anything wrong with the text is `invalid`. */
export function decodeYaml(source: string | Uint8Array): XContentValue {
  const text = typeof source === "string" ? source : Buffer.from(source).toString("utf8");
  try {
    const value: unknown = parse(text, { intAsBigInt: true, maxAliasCount: 100, merge: false });
    return narrow(value);
  } catch (cause) {
    throw new VarveError("invalid", (cause as Error).message, {
      type: "json_parse_exception",
      cause,
    });
  }
}

function narrow(value: unknown): XContentValue {
  if (typeof value === "bigint") {
    const safe = value >= -9007199254740991n && value <= 9007199254740991n;
    return safe ? Number(value) : value;
  }
  if (value === undefined) return null;
  if (Array.isArray(value)) return value.map(narrow);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) {
    return value as XContentValue;
  }
  const entries = Object.entries(value).map(([name, item]) => [name, narrow(item)]);
  return Object.fromEntries(entries) as XContentValue;
}
