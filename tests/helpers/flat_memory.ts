import { fail, strictEqual } from "node:assert";
import { taskFlags } from "./command.ts";

const SCRIPT = new URL("measure_memory.ts", import.meta.url).pathname;
interface SmallRun {
  readonly preset: string;
  readonly samples: number;
  readonly batchSize: number;
  /**
   * How often it may be tried.
   *
   * @default {1}
   */
  readonly tries?: number;
}

/**
 * Trains on a small data set for 300 epochs, in a process of its own that runs as the task `train` does. The resident
 * memory after each later epoch must be at most 5% above that after the third.
 */
export async function testFlatMemory(engine: string, run: SmallRun): Promise<void> {
  const found: string[] = [];
  while (found.length < (run.tries ?? 1)) {
    const [third = NaN, ...later] = (await measure(engine, run)).slice(2);
    const most = Math.max(...later);
    if (most <= 1.05 * third) return;
    const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
    found.push(`${megabytes(third)} MB after epoch 3, later ${megabytes(most)} MB`);
  }
  fail(found.join("; "));
}

/** Resident bytes after each epoch. */
async function measure(
  engine: string,
  { preset, samples, batchSize }: SmallRun,
): Promise<number[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...taskFlags("train"), SCRIPT, engine, preset, `${samples}`, `${batchSize}`],
    stderr: "inherit",
  }).output();
  const resident: number[] = JSON.parse(new TextDecoder().decode(stdout));
  strictEqual(resident.length, 300);
  return resident;
}
