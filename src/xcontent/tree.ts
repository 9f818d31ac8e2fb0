// An XContent tree: what all four content types are read into and written from.
//
//   XCONTENT          JAVASCRIPT
//   object            a plain object (own members only; `__proto__` is an ordinary key)
//   array             an array
//   string            a string
//   integer           a number when it is safe (|n| < 2^53), a bigint otherwise
//   decimal           a number
//   binary            a Uint8Array (JSON and YAML write it as base64)
//   boolean, null     themselves
//
// The readers below turn a tree into typed values; a member of the wrong kind is `corrupt`, because
// they are used on blobs, never on requests.

import { corrupt } from "../base/index.ts";

/** A value of a tree. */
export type XContentValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | XContentValue[]
  | XContentObject;

/** An object of a tree. */
export interface XContentObject {
  [name: string]: XContentValue;
}

/** True for a plain object of a tree. */
export function isXContentObject(value: XContentValue | undefined): value is XContentObject {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  );
}

/** Sets an own member, whatever its name is. */
export function setMember(target: XContentObject, name: string, value: XContentValue): void {
  if (name === "__proto__") {
    Object.defineProperty(target, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  } else {
    target[name] = value;
  }
}

/** The own member `name`, or undefined. */
export function memberOf(object: XContentObject, name: string): XContentValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The value as an object; `corrupt` otherwise. `what` names the place for the error. */
export function readObject(value: XContentValue | undefined, what: string): XContentObject {
  if (!isXContentObject(value)) throw wrongKind(what, "an object", value);
  return value;
}

/** The value as an array; `corrupt` otherwise. */
export function readArray(value: XContentValue | undefined, what: string): XContentValue[] {
  if (!Array.isArray(value)) throw wrongKind(what, "an array", value);
  return value;
}

/** The value as a string; `corrupt` otherwise. */
export function readString(value: XContentValue | undefined, what: string): string {
  if (typeof value !== "string") throw wrongKind(what, "a string", value);
  return value;
}

/** The value as an array of strings; `corrupt` otherwise. */
export function readStrings(value: XContentValue | undefined, what: string): string[] {
  const array = readArray(value, what);
  for (const item of array) readString(item, what);
  return array as string[];
}

/** The value as a safe integer of at least `min`; `corrupt` otherwise. */
export function readInteger(value: XContentValue | undefined, what: string, min = 0): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < min) {
    throw wrongKind(what, `an integer of at least ${min}`, value);
  }
  return value;
}

function wrongKind(what: string, expected: string, value: XContentValue | undefined) {
  return corrupt(`Expected ${expected} in [${what}], found ${kindOf(value)}`);
}

function kindOf(value: XContentValue | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (value instanceof Uint8Array) return "binary";
  return typeof value === "object"
    ? "an object"
    : `the ${typeof value} ${String(value).slice(0, 40)}`;
}
