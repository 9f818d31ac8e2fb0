// Synonyms laid over the input, position by position, without position lengths for phrases of
// several words. Upstream: org.apache.lucene.analysis.synonym.SynonymFilter.

import { TokenFilter, type TokenState } from "../token-filter.ts";
import type { TokenStream } from "../token-stream.ts";
import { SynonymMap, type SynonymRule, synonymKeyWord } from "./synonym-map.ts";

interface Output {
  readonly term: string;
  /** -1: that of the input token at its position. */
  readonly endOffset: number;
  readonly positionLength: number;
}

/** One position of the future: an input token, if any, and the synonyms at it. */
class Slot {
  state: TokenState | undefined = undefined;
  startOffset = 0;
  endOffset = 0;
  keepOriginal = false;
  matched = false;
  readonly outputs: Output[] = [];
  increment = 1;
}

/** Matches greedily; the longest rule wins. */
export class SynonymFilter extends TokenFilter {
  private readonly synonyms: SynonymMap;
  private readonly ignoreCase: boolean;
  /** Slots from the next position on; slots with a state come first. */
  private readonly slots: Slot[] = [];
  private inputCount = 0;
  /** Positions that are already matched, or known not to match. */
  private skip = 0;
  private finished = false;
  private lastStartOffset = 0;
  private lastEndOffset = 0;

  constructor(input: TokenStream, synonyms: SynonymMap, ignoreCase: boolean) {
    super(input);
    this.synonyms = synonyms;
    this.ignoreCase = ignoreCase;
  }

  override reset(): void {
    super.reset();
    this.slots.length = 0;
    this.inputCount = 0;
    this.skip = 0;
    this.finished = false;
  }

  override incrementToken(): boolean {
    for (;;) {
      while (this.skip > 0) {
        const slot = this.slots[0]!;
        if (slot.state !== undefined && (slot.keepOriginal || !slot.matched)) {
          this.restoreState(slot.state);
          slot.state = undefined;
          if (slot.outputs.length > 0) slot.increment = 0;
          else this.leaveSlot();
          return true;
        }
        if (slot.outputs.length > 0) {
          slot.state = undefined;
          this.emit(slot, slot.startOffset, slot.endOffset);
          if (slot.outputs.length === 0) this.leaveSlot();
          return true;
        }
        this.leaveSlot();
      }
      if (this.finished && this.inputCount === 0) return this.emitBeyondEnd();
      this.parse();
    }
  }

  private leaveSlot(): void {
    this.slots.shift();
    this.inputCount--;
    this.skip--;
  }

  private emit(slot: Slot, startOffset: number, endOffset: number): void {
    const output = slot.outputs.shift()!;
    this.term = output.term;
    this.type = "SYNONYM";
    this.keyword = false;
    this.startOffset = startOffset;
    this.endOffset = output.endOffset < 0 ? endOffset : output.endOffset;
    this.positionIncrement = slot.increment;
    this.positionLength = output.positionLength;
    slot.increment = 0;
  }

  /** Synonyms that are longer than what is left of the text keep the last token's offsets. */
  private emitBeyondEnd(): boolean {
    const slot = this.slots[0];
    if (slot === undefined || slot.outputs.length === 0) return false;
    this.emit(slot, this.lastStartOffset, this.lastEndOffset);
    this.endOffset = this.lastEndOffset;
    this.positionLength = 1;
    if (slot.outputs.length === 0) this.slots.shift();
    return true;
  }

  private slotAt(index: number): Slot {
    while (this.slots.length <= index) this.slots.push(new Slot());
    return this.slots[index]!;
  }

  private peek(index: number): Slot | undefined {
    while (this.inputCount <= index) {
      if (this.finished || !this.advance()) {
        this.finished = true;
        return undefined;
      }
      const slot = this.slotAt(this.inputCount++);
      slot.state = this.captureState();
      slot.startOffset = this.lastStartOffset = this.startOffset;
      slot.endOffset = this.lastEndOffset = this.endOffset;
    }
    return this.slots[index];
  }

  private parse(): void {
    let key: string | undefined;
    let rule: SynonymRule | undefined;
    let length = 0;
    let endOffset = -1;
    for (let index = 0; ; index++) {
      const slot = this.peek(index);
      if (slot === undefined) break;
      key = SynonymMap.keyOf(synonymKeyWord(slot.state!.term, this.ignoreCase), key);
      const found = this.synonyms.rule(key);
      if (found !== undefined) {
        rule = found;
        length = index + 1;
        endOffset = slot.endOffset;
      }
      if (!this.synonyms.continues(key)) break;
    }
    if (rule !== undefined) {
      this.skip = length;
      this.addOutputs(rule, length, endOffset);
    } else if (this.inputCount > 0) this.skip = 1;
  }

  private addOutputs(rule: SynonymRule, length: number, matchEndOffset: number): void {
    for (const words of rule.outputs) {
      const single = words.length === 1;
      words.forEach((term, i) => {
        this.slotAt(i).outputs.push({
          term,
          endOffset: single ? matchEndOffset : -1,
          positionLength: single && rule.keepOriginal ? length : 1,
        });
      });
    }
    for (let i = 0; i < length; i++) {
      this.slots[i]!.keepOriginal ||= rule.keepOriginal;
      this.slots[i]!.matched = true;
    }
  }
}
