// Units of time and size as OpenSearch writes them in settings and parameters. Upstream: TimeValue,
// ByteSizeValue.

import { illegalArgument, VarveError } from "./errors.ts";

/** Milliseconds of each unit of time. */
export const TIME_UNITS_MS: Readonly<Record<string, number>> = {
  nanos: 1e-6,
  micros: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
/** Bytes of each unit of size. */
export const BYTE_UNITS: Readonly<Record<string, number>> = {
  b: 1,
  k: 1024,
  kb: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
  t: 1024 ** 4,
  tb: 1024 ** 4,
  p: 1024 ** 5,
  pb: 1024 ** 5,
};

/** Parses `30s`, `1m`, `-1`, `0`; answers milliseconds. `name` is for the error. */
export function parseTimeValue(text: string, name: string): number {
  const value = text.trim().toLowerCase();
  if (value === "-1") return -1;
  if (value === "0") return 0;
  const match = /^(-?\d+(?:\.\d+)?)(nanos|micros|ms|s|m|h|d)$/.exec(value);
  if (match === null) {
    const suffixed = /^(.*?)(nanos|micros|ms|s|m|h|d)$/.exec(value);
    if (suffixed !== null) {
      throw illegalArgument(`failed to parse [${text}]`, numberFormat(suffixed[1]!.trim()));
    }
    throw illegalArgument(
      `failed to parse setting [${name}] with value [${text}] as a time value: unit is missing or unrecognized`,
    );
  }
  if (match[1]!.includes(".")) {
    throw illegalArgument(`failed to parse [${text}], fractional time values are not supported`);
  }
  return Number(match[1]) * TIME_UNITS_MS[match[2]!]!;
}

/** Parses `40mb`, `10b`, `-1`; answers bytes. */
export function parseByteSize(text: string, name: string): number {
  const value = text.trim().toLowerCase();
  if (value === "-1" || value === "0") return Number(value);
  const match = /^(-?\d+(?:\.\d+)?)(b|kb?|mb?|gb?|tb?|pb?)$/.exec(value);
  if (match === null) {
    throw illegalArgument(
      `failed to parse setting [${name}] with value [${text}] as a size in bytes: unit is missing or unrecognized`,
    );
  }
  return Math.floor(Number(match[1]) * BYTE_UNITS[match[2]!]!);
}

function numberFormat(text: string): VarveError {
  return new VarveError("invalid", `For input string: "${text}"`, {
    type: "number_format_exception",
  });
}
