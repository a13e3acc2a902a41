/**
 * A peer in a process of its own. It reads a folder with the workload, then takes one command a line on its
 * standard input, `{"command":"train","seconds":1.5,"threads":2}`, and answers with one line of JSON. It
 * stays alive between samples, so that these take turns with ours without paying for a start each time.
 */

import type { CheckSize, Contestant, Effort, Outputs } from "./contestant.ts";

/** How to start a peer; the folder of the workload is added as the last argument. */
export interface PeerCommand {
  readonly program: string;
  readonly args: readonly string[];
}

/** The parent's end of a peer. */
export class PeerProcess implements Contestant, AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #commands: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: AsyncGenerator<string>;

  /** Starts the process; it reads the folder before its first answer. `signal` ends it, whatever it is doing. */
  constructor({ program, args }: PeerCommand, folder: string, signal?: AbortSignal) {
    this.#child = new Deno.Command(program, {
      args: [...args, folder],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
      ...(signal && { signal }),
    }).spawn();
    this.#commands = this.#child.stdin.getWriter();
    this.#answers = readLines(this.#child.stdout);
  }

  /** Name and version, for the table. */
  describe(): Promise<string> {
    return this.#ask("describe");
  }

  check(size: CheckSize): Promise<Outputs> {
    return this.#ask("check", size);
  }

  train(effort: Effort): Promise<number> {
    return this.#ask("train", effort);
  }

  predict(effort: Effort): Promise<number> {
    return this.#ask("predict", effort);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A peer that has ended by itself has no open input any more.
    await this.#commands.close().catch(() => undefined);
    await this.#child.status;
  }

  async #ask<Answer>(
    command: string,
    request: CheckSize | Effort | undefined = undefined,
  ): Promise<Answer> {
    const line = JSON.stringify({ command, ...request }) + "\n";
    await this.#commands.write(new TextEncoder().encode(line)).catch(() => undefined);
    const { done, value } = await this.#answers.next();
    if (done) throw new Error(`Cannot ask a peer to ${command}: its process has ended`);
    return JSON.parse(value);
  }
}

/** Lines of a stream, one by one as they come. */
export async function* readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
