/** docs/examples/service.ts as a process, with the permissions that its first comment names. */

const ROOT = new URL("../../", import.meta.url).pathname;

/** A service that runs. */
export interface RunningService extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  /** Lines of its log so far. */
  readonly lines: readonly string[];
  /** Asks it to stop, as systemd and container runtimes do, and waits for its end. */
  stop(signal?: Deno.Signal): Promise<Deno.CommandStatus>;
}

/** A port that nobody listens to. */
export function findPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/**
 * Starts it, and waits until it listens.
 *
 * @param args The run, and flags.
 * @param program Another program that prints a first line when it listens, and takes `--port`.
 */
export async function startService(
  args: readonly string[],
  program = "docs/examples/service.ts",
): Promise<RunningService> {
  const port = findPort();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "--no-prompt",
      "--cached-only",
      "--v8-flags=--no-maglev-escape-analysis",
      "--unstable-no-legacy-abort",
      "--allow-read",
      `--allow-net=127.0.0.1:${port}`,
      program,
      "--port",
      `${port}`,
    ].concat(args),
    cwd: ROOT,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines: string[] = [];
  const listening = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const line of readLines(child.stdout)) {
      lines.push(line);
      listening.resolve();
    }
    listening.reject(new Error(`Cannot start ${program}: it ended before it listened`));
  })();
  await listening.promise;
  const stop = async (signal: Deno.Signal = "SIGTERM") => {
    try {
      child.kill(signal);
    } catch {
      // It has ended already.
    }
    const status = await child.status;
    await reading;
    return status;
  };
  return {
    port,
    pid: child.pid,
    lines,
    stop,
    [Symbol.asyncDispose]: async () => void await stop("SIGKILL"),
  };
}

async function* readLines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
