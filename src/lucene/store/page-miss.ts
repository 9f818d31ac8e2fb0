// How a synchronous reader meets bytes that are far away. A page source that has not got a page
// notes which, and throws a PageMiss; whoever started the evaluation lets every noted page be
// fetched at once and evaluates again, over pages that are there now. The exception belongs to the
// control flow and never reaches a user.
//
// What may be evaluated again: code that changes nothing until it has read what it needs, or whose
// objects are made anew by each evaluation (queries' weights, collectors, iterators). Code that has
// several independent things to read (hits, segments, terms) uses `PageMisses`: it goes on after
// the first miss, so that all of them are noted in one round.

/** Thrown by a page source: the page was noted, and `load` fetches everything that was. */
export class PageMiss extends Error {
  /** Resolves when all noted pages are there. */
  readonly load: () => Promise<void>;

  constructor(load: () => Promise<void>) {
    super("A page is not there yet");
    this.name = "PageMiss";
    this.load = load;
  }
}

/** Evaluates until no page is missing. */
export async function withPages<T>(evaluate: () => T | Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await evaluate();
    } catch (error) {
      if (!(error instanceof PageMiss)) throw error;
      await error.load();
    }
  }
}

/** Tries independent reads, all of them, before it says that pages were missing. */
export class PageMisses {
  private first: PageMiss | undefined;

  /** Runs `read`; undefined if a page was missing. */
  try<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      this.note(error);
      return undefined;
    }
  }

  /** Takes a miss; any other error is thrown. */
  note(error: unknown): void {
    if (!(error instanceof PageMiss)) throw error;
    this.first ??= error;
  }

  /** True if a page was missing so far. */
  get any(): boolean {
    return this.first !== undefined;
  }

  /** Throws if a page was missing. */
  throwIfAny(): void {
    if (this.first !== undefined) throw this.first;
  }
}
