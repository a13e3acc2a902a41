/**
 * A contestant's program in a process of its own, on a number of threads that it was started with. It takes one command a
 * line on its standard input and answers with one line of JSON: `open` a workload in a folder, then `check`, `train`,
 * `predict` or `one` on it. It stays alive between samples, so that these take turns without paying for a start each time.
 */

import type { CheckSize, Contestant, Measure, Outputs, Rates } from "./contestant.ts";

/** How to start a program. */
export interface PeerCommand {
  readonly program: string;
  readonly args: readonly string[];
}

/** The parent's end of a program. */
export class PeerProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #commands: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: AsyncGenerator<string>;
  #ended = false;

  /** Starts the program. `signal` ends it, whatever it is doing. */
  constructor({ program, args }: PeerCommand, signal?: AbortSignal) {
    this.#child = new Deno.Command(program, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
      ...(signal && { signal }),
    }).spawn();
    this.#commands = this.#child.stdin.getWriter();
    this.#answers = readLines(this.#child.stdout);
    this.#child.status.then(() => this.#ended = true);
  }

  /** Whether the program has ended, by itself or by the signal. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Opens the workload in a folder, in a form that the program knows. */
  async open(folder: string, form: string): Promise<Contestant & AsyncDisposable> {
    const { model, label } = await this.#ask<{ model: number; label: string }>("open", {
      folder,
      form,
    });
    return {
      label,
      check: (size: CheckSize) => this.#ask<Outputs>("check", { model, ...size }),
      measure: (what: Measure, seconds: number) => this.#ask<Rates>(what, { model, seconds }),
      [Symbol.asyncDispose]: () => this.#ask<void>("close", { model }),
    };
  }

  /** Ends the program. */
  async [Symbol.asyncDispose](): Promise<void> {
    // One that has ended by itself has no open input any more.
    await this.#commands.close().catch(() => undefined);
    await this.#child.status;
  }

  async #ask<Answer>(command: string, request: object): Promise<Answer> {
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
