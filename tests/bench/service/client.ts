/** A client of HTTP that costs little, so that a load generator leaves the processor to the server that it measures. */

import { concatenate } from "../../../src/base/bytes.ts";

/** An answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array<ArrayBuffer>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The bytes of a request, made once and sent often. */
export function requestBytes(
  path: string,
  { body, type, accept }: {
    readonly body: Uint8Array<ArrayBuffer>;
    readonly type: string;
    readonly accept: string;
  },
): Uint8Array<ArrayBuffer> {
  const lines = [
    `POST ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    `Content-Type: ${type}`,
    `Accept: ${accept}`,
    `Content-Length: ${body.length}`,
  ];
  return concatenate(encoder.encode(`${lines.join("\r\n")}\r\n\r\n`), body);
}

/** A connection that is kept for one request after the other. */
export class HttpConnection implements Disposable {
  readonly #connection: Deno.TcpConn;
  #buffer = new Uint8Array(65_536);
  #filled = 0;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Connects to a port of this machine. */
  static async open(port: number): Promise<HttpConnection> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.setNoDelay(true);
    return new HttpConnection(connection);
  }

  /** Sends a request and waits for the whole answer. */
  async send(request: Uint8Array): Promise<HttpAnswer> {
    await this.#write(request);
    return await this.#receive();
  }

  /** Sends a request but for its last byte, does something else, and then sends that. */
  async sendSlowly(request: Uint8Array, between: () => Promise<void>): Promise<HttpAnswer> {
    await this.#write(request.subarray(0, -1));
    await between();
    await this.#write(request.subarray(-1));
    return await this.#receive();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  async #receive(): Promise<HttpAnswer> {
    let end = this.#endOfHead();
    while (end < 0) {
      await this.#fill();
      end = this.#endOfHead();
    }
    const [first = "", ...lines] = decoder.decode(this.#buffer.subarray(0, end)).split("\r\n");
    const headers = new Map(lines.map((line) => {
      const at = line.indexOf(":");
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const;
    }));
    const length = Number(headers.get("content-length"));
    if (!Number.isInteger(length)) {
      throw new Error(`Cannot read an answer: "${first}" has no length`);
    }
    const start = end + 4;
    while (this.#filled < start + length) await this.#fill();
    const body = this.#buffer.slice(start, start + length);
    this.#buffer.copyWithin(0, start + length, this.#filled);
    this.#filled -= start + length;
    return { status: Number(first.split(" ")[1]), headers, body };
  }

  /** Ends the connection. */
  [Symbol.dispose](): void {
    this.#connection.close();
  }

  /** Where the head ends, or -1. */
  #endOfHead(): number {
    const buffer = this.#buffer;
    for (let i = 0; i + 3 < this.#filled; i++) {
      const isEnd = buffer[i] === 13 && buffer[i + 1] === 10 && buffer[i + 2] === 13 &&
        buffer[i + 3] === 10;
      if (isEnd) return i;
    }
    return -1;
  }

  async #fill(): Promise<void> {
    if (this.#filled === this.#buffer.length) {
      const longer = new Uint8Array(2 * this.#buffer.length);
      longer.set(this.#buffer);
      this.#buffer = longer;
    }
    const count = await this.#connection.read(this.#buffer.subarray(this.#filled));
    if (count === null) throw new Error("Cannot read an answer: the connection was closed");
    this.#filled += count;
  }
}
