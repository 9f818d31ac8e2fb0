// Sloppy phrases: the terms may be moved, by at most `slop` places in sum. Each place is a phrase
// position (position in the doc minus place in the phrase); a match spans the smallest and the
// largest of them. Places with a term in common may not stand on one position of the doc, so they
// form groups whose collisions are resolved by moving the lesser one on.
//   frequency = Σ over matches of 1 / (1 + length)                    each step in float
// Upstream: org.apache.lucene.search.{SloppyPhraseMatcher,PhrasePositions,PhraseQueue}.

import type { PhraseMatcher } from "./exact-phrase-matcher.ts";
import type { PhrasePlace, PositionsEnum } from "./phrase-positions.ts";

class Place {
  readonly postings: PositionsEnum;
  readonly offset: number;
  readonly ord: number;
  readonly terms: readonly string[];
  position = 0;
  left = 0;
  group: Place[] | undefined;

  constructor(place: PhrasePlace, ord: number) {
    this.postings = place.postings;
    this.offset = place.position;
    this.ord = ord;
    this.terms = place.terms;
  }

  first(): void {
    this.left = this.postings.freq();
    this.next();
  }

  next(): boolean {
    if (this.left-- <= 0) return false;
    this.position = this.postings.nextPosition() - this.offset;
    return true;
  }

  /** The position in the doc. */
  get docPosition(): number {
    return this.position + this.offset;
  }
}

/** Orders by phrase position, then place, then order in the query. */
function before(a: Place, b: Place): boolean {
  if (a.position !== b.position) return a.position < b.position;
  if (a.offset !== b.offset) return a.offset < b.offset;
  return a.ord < b.ord;
}

/** Terms near their places. */
export class SloppyPhraseMatcher implements PhraseMatcher {
  private readonly slop: number;
  private readonly places: readonly Place[];
  /** Sorted, the smallest last: phrases are short, so insertion beats a heap. */
  private queue: Place[] = [];
  private end = 0;
  private groups: Place[][] | undefined;
  private hasMultiTermGroups = false;

  constructor(places: readonly PhrasePlace[], slop: number) {
    this.slop = slop;
    this.places = places.map((place, ord) => new Place(place, ord));
  }

  frequency(onlyFirst: boolean): number {
    if (!this.start()) return 0;
    const queue = this.queue;
    let frequency = 0;
    let place = queue.pop()!;
    let length = this.end - place.position;
    let next = queue[queue.length - 1]!.position;
    while (this.advance(place)) {
      if (place.group !== undefined && !this.resolve(place)) break;
      if (place.position > next) {
        this.push(place);
        if (length <= this.slop) {
          frequency = Math.fround(frequency + Math.fround(1 / Math.fround(1 + length)));
          if (onlyFirst) return frequency;
        }
        place = queue.pop()!;
        next = queue[queue.length - 1]!.position;
        length = this.end - place.position;
      } else {
        length = Math.min(length, this.end - place.position);
      }
    }
    if (length <= this.slop) {
      frequency = Math.fround(frequency + Math.fround(1 / Math.fround(1 + length)));
    }
    return frequency;
  }

  private push(place: Place): void {
    const queue = this.queue;
    let at = queue.length;
    while (at > 0 && before(queue[at - 1]!, place)) at--;
    queue.splice(at, 0, place);
  }

  /** Puts every place on its first position; false when collisions use a place up. */
  private start(): boolean {
    for (const place of this.places) place.first();
    this.end = -Infinity;
    this.groups ??= this.findGroups();
    for (const group of this.groups) if (!this.spread(group)) return false;
    this.queue.length = 0;
    for (const place of this.places) {
      if (place.position > this.end) this.end = place.position;
      this.push(place);
    }
    return true;
  }

  private advance(place: Place): boolean {
    if (!place.next()) return false;
    if (place.position > this.end) this.end = place.position;
    return true;
  }

  private collision(place: Place): Place | undefined {
    const position = place.docPosition;
    return place.group!.find((other) => other !== place && other.docPosition === position);
  }

  /** Starts a group without collisions. */
  private spread(group: readonly Place[]): boolean {
    if (!this.hasMultiTermGroups) {
      for (let i = 1; i < group.length; i++) {
        for (let k = 0; k < i; k++) if (!group[i]!.next()) return false;
      }
      return true;
    }
    for (let i = 0; i < group.length; ) {
      const place = group[i]!;
      let restart = false;
      for (let other = this.collision(place); other !== undefined; ) {
        const moved = lesser(place, other);
        if (!this.advance(moved)) return false;
        if (group.indexOf(moved) < i) {
          restart = true;
          break;
        }
        other = this.collision(place);
      }
      if (!restart) i++;
    }
    return true;
  }

  /** `place` was moved; moves the lesser of each colliding pair until none collides. */
  private resolve(start: Place): boolean {
    let place = start;
    const requeue = new Set<Place>();
    for (let other = this.collision(place); other !== undefined; other = this.collision(place)) {
      place = lesser(place, other);
      if (!this.advance(place)) return false;
      // Upstream marks the index of the place collided with, unless it is the start itself.
      if (other !== start) requeue.add(other);
    }
    if (requeue.size > 0) {
      const queued = this.queue.slice();
      this.queue.length = 0;
      for (const one of queued) this.push(one);
    }
    return true;
  }

  /** Places that share a term, in groups ordered by their place in the phrase. */
  private findGroups(): Place[][] {
    const counts = new Map<string, number>();
    for (const { terms } of this.places) {
      for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
    }
    const repeating = this.places.filter(({ terms }) =>
      terms.some((term) => counts.get(term)! > 1),
    );
    this.hasMultiTermGroups = repeating.some(({ terms }) => terms.length > 1);
    const groups: Place[][] = [];
    for (const place of repeating) {
      const joined = groups.filter((group) => group.some((other) => related(other, place)));
      const merged = [...joined.flat(), place];
      for (const group of joined) groups.splice(groups.indexOf(group), 1);
      groups.push(merged);
    }
    const kept = groups.filter((group) => group.length > 1);
    for (const group of kept) {
      group.sort((a, b) => a.offset - b.offset);
      for (const place of group) place.group = group;
    }
    return kept;
  }
}

function related(a: Place, b: Place): boolean {
  if (a.terms.length === 1 && b.terms.length === 1 && a.offset === b.offset) return false;
  return a.terms.some((term) => b.terms.includes(term));
}

function lesser(a: Place, b: Place): Place {
  return a.position < b.position || (a.position === b.position && a.offset < b.offset) ? a : b;
}
