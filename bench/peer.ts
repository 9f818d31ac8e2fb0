// The two servers of a bench, asked in the same way.

/** A server that is measured. */
export interface Peer {
  readonly url: string;
  /** Folder that fs repositories may lie in. */
  readonly repositories: string;
}

export interface Pair {
  readonly varve: Peer & { readonly pid: number };
  readonly real: Peer;
}

/** Sends JSON or NDJSON; answers the parsed body. Throws on an error status. */
export async function call(peer: Peer, method: string, path: string, body?: unknown): Promise<any> {
  const isText = typeof body === "string";
  const response = await fetch(peer.url + path, {
    method,
    headers: { "content-type": isText ? "application/x-ndjson" : "application/json" },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 400)}`);
  return text.startsWith("{") ? JSON.parse(text) : text;
}

/** Seconds that `work` takes. */
export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
