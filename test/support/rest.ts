// A minimal REST client: what curl does in the manuals.

/** Sends JSON or an NDJSON string to any server that speaks OpenSearch's REST API. */
export async function callUrl(
  url: string,
  method: string,
  body?: unknown,
): Promise<{ status: number; body: any }> {
  const isText = typeof body === "string";
  const response = await fetch(url, {
    method,
    headers: { "content-type": isText ? "application/x-ndjson" : "application/json" },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = response.headers.get("content-type")?.includes("json") ?? false;
  return { status: response.status, body: json && text !== "" ? JSON.parse(text) : text };
}
