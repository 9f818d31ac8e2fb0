// A signal that many calls listen to at once: Node warns of a leak at the eleventh listener, which
// here is one of a hundred parallel requests.

import { setMaxListeners } from "node:events";

/** An AbortController whose signal may have any number of listeners. */
export function sharedAbortController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** A signal that follows several, and may have any number of listeners itself. */
export function anySignal(signals: readonly AbortSignal[]): AbortSignal {
  const signal = AbortSignal.any([...signals]);
  setMaxListeners(0, signal);
  return signal;
}
