/** Engine `wasm` where there is no shared memory, or no threads: the same bits on the caller's thread. */

import { deepStrictEqual, match } from "node:assert";
import type { PortableRun } from "../../helpers/portable_run.ts";

const PROGRAM = new URL("../../helpers/print_portable_run.ts", import.meta.url);

async function runAs(way: "usual" | "plain" | "alone"): Promise<PortableRun> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "--no-check", "--cached-only", PROGRAM.pathname, way],
    env: { NO_COLOR: "1" },
  }).output();
  try {
    return JSON.parse(new TextDecoder().decode(stdout));
  } catch (cause) {
    throw new Error(new TextDecoder().decode(stderr), { cause });
  }
}

/** All but the device. */
function results(run: PortableRun): readonly unknown[] {
  return Object.entries(run).filter(([name]) => name !== "device");
}

Deno.test("counts, training, predictions and explanations have the same bits without shared memory, and without threads", async () => {
  const usual = await runAs("usual");
  const plain = await runAs("plain");
  const alone = await runAs("alone");
  match(plain.device, /^cpu, 1 thread, .* \(shared memory is missing: .*\)$/);
  match(alone.device, /^cpu, 1 thread, .* \(this run-time starts no threads\)$/);
  for (const other of [plain, alone]) deepStrictEqual(results(other), results(usual));
});
