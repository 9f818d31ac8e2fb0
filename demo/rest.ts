// A small REST client for the demo.

/** Talks JSON with one server. */
export class Rest {
  private readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  private async send(
    method: string,
    path: string,
    body: unknown,
  ): Promise<{ status: number; body: any }> {
    const isText = typeof body === "string";
    const response = await fetch(this.url + path, {
      method,
      headers: { "content-type": isText ? "application/x-ndjson" : "application/json" },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  /** The answer of a call that must succeed. */
  async call(method: string, path: string, body?: unknown): Promise<any> {
    const answer = await this.send(method, path, body);
    if (answer.status >= 400) {
      throw new Error(
        `${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 500)}`,
      );
    }
    return answer.body;
  }

  /** Status and body of a call that is meant to be refused. */
  async fails(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: any }> {
    const answer = await this.send(method, path, body);
    if (answer.status < 400)
      throw new Error(`${method} ${path} should have been refused, but answered ${answer.status}`);
    return answer;
  }
}
