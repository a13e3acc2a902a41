/** The other end of `peer_process.ts`, for contestants written in TypeScript. */

import type { Contestant } from "../contestant.ts";
import { readLines } from "../peer_process.ts";

/** A contestant that may hold threads or memory. */
export type Opened = Contestant & Partial<AsyncDisposable>;

/** Answers commands until the input ends; `open` makes a contestant of the workload in a folder. */
export async function serve(
  open: (folder: string, form: string) => Promise<Opened>,
): Promise<void> {
  const models: (Opened | undefined)[] = [];
  for await (const line of readLines(Deno.stdin.readable)) {
    const { command, model, ...request } = JSON.parse(line);
    if (command === "open") {
      const opened = await open(request.folder, request.form);
      answer({ model: models.push(opened) - 1, label: opened.label });
      continue;
    }
    const contestant = models[model]!;
    if (command === "close") {
      await contestant[Symbol.asyncDispose]?.();
      models[model] = undefined;
      answer(null);
    } else if (command === "check") answer(await contestant.check(request));
    else answer(await contestant.measure(command, request.seconds));
  }
  // A library's workers would keep the process alive.
  Deno.exit(0);
}

function answer(value: unknown): void {
  console.log(JSON.stringify(value));
}
