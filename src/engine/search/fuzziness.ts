// Fuzziness: 0, 1, 2, AUTO or AUTO:low,high. Upstream: org.opensearch.common.unit.Fuzziness.

import { illegalArgument } from "../../base/index.ts";
import type { XContentValue } from "../../xcontent/index.ts";
import { numberFormat, textOf } from "./object-reader.ts";

/** How many edits a term may be away, by its length. */
export class Fuzziness {
  private readonly distance: number | undefined;
  private readonly low: number;
  private readonly high: number;

  private constructor(distance: number | undefined, low: number, high: number) {
    this.distance = distance;
    this.low = low;
    this.high = high;
  }

  static readonly AUTO = new Fuzziness(undefined, 3, 6);

  static parse(value: XContentValue): Fuzziness {
    const text = textOf(value).trim().toUpperCase();
    if (text === "AUTO") return Fuzziness.AUTO;
    if (text.startsWith("AUTO:")) {
      const parts = text.slice(5).split(",").map(Number);
      const [low, high] = parts;
      if (parts.length !== 2 || !Number.isInteger(low) || !Number.isInteger(high)) {
        throw illegalArgument(`failed to find low and high distance values in [${textOf(value)}]`);
      }
      if (low! < 0 || high! < 0 || low! > high!) {
        throw illegalArgument(
          "fuzziness wrongly configured, must be: lowDistance > 0, highDistance" +
            " > 0 and lowDistance <= highDistance ",
        );
      }
      return new Fuzziness(undefined, low!, high!);
    }
    const number = Number(text);
    if (text === "" || Number.isNaN(number)) throw numberFormat(textOf(value));
    return new Fuzziness(Math.max(0, Math.min(2, Math.trunc(number))), 3, 6);
  }

  /** Edits allowed for a term. */
  asDistance(term: string): number {
    if (this.distance !== undefined) return this.distance;
    const length = Array.from(term).length;
    return length < this.low ? 0 : length < this.high ? 1 : 2;
  }
}
