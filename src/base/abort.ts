// A signal that many calls listen to at once: Node warns of a leak at the eleventh listener, which
// here is one of a hundred parallel requests.

import { setMaxListeners } from "node:events";

/** An AbortController whose signal may have any number of listeners. */
export function sharedAbortController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
