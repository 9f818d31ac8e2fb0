// Values of settings with OpenSearch's own refusals. Upstream: Setting.parseInt, boolSetting,
// byteSizeSetting, timeSetting.

import { BYTE_UNITS, illegalArgument, parseByteSize, parseTimeValue } from "../../base/index.ts";
import { type StoreAddress, storeSetting } from "../store-address.ts";

const UNITS_BY_SIZE = ["pb", "tb", "gb", "mb", "kb"] as const;

/** A size as OpenSearch prints it: `5mb`, `1.5gb`. Upstream: ByteSizeValue.toString. */
export function formatByteSize(bytes: number): string {
  const unit = UNITS_BY_SIZE.find((name) => bytes >= BYTE_UNITS[name]!) ?? "b";
  const tenths = Math.floor((bytes / BYTE_UNITS[unit]!) * 10) / 10;
  return `${tenths}${unit}`;
}

/** `true` or `false`. */
export function booleanSetting(address: StoreAddress, name: string, fallback: boolean): boolean {
  const text = storeSetting(address, name);
  if (text === undefined) return fallback;
  if (text === "true" || text === "false") return text === "true";
  throw illegalArgument(`Failed to parse value [${text}] as only [true] or [false] are allowed.`);
}

/** A whole number within bounds. */
export function integerSetting(
  address: StoreAddress,
  name: string,
  fallback: number,
  min = -(2 ** 31),
  max = 2 ** 31 - 1,
): number {
  const text = storeSetting(address, name);
  if (text === undefined) return fallback;
  const shown = `Failed to parse value [${text}] for setting [${name}]`;
  const value = Number(text);
  if (!/^[+-]?\d+$/.test(text) || Math.abs(value) > 2 ** 31) throw illegalArgument(shown);
  if (value < min) throw illegalArgument(`${shown} must be >= ${min}`);
  if (value > max) throw illegalArgument(`${shown} must be <= ${max}`);
  return value;
}

/** A size in bytes within bounds. */
export function byteSizeSetting(
  address: StoreAddress,
  name: string,
  fallback: number,
  min: number,
  max: number,
): number {
  const text = storeSetting(address, name);
  if (text === undefined) return fallback;
  const value = parseByteSize(text, name);
  const shown = `failed to parse value [${text}] for setting [${name}]`;
  if (value < min) throw illegalArgument(`${shown}, must be >= [${formatByteSize(min)}]`);
  if (value > max) throw illegalArgument(`${shown}, must be <= [${formatByteSize(max)}]`);
  return value;
}

/** A time in milliseconds. */
export function timeSettingMs(address: StoreAddress, name: string, fallbackMs: number): number {
  const text = storeSetting(address, name);
  return text === undefined ? fallbackMs : parseTimeValue(text, name);
}
