import { ok, strictEqual } from "node:assert";

const SCRIPT = new URL("measure_memory.ts", import.meta.url).pathname;
/** As the tasks that train have it: V8 would take its nursery's 16 MB into use bit by bit, over some hundred epochs. */
const FLAGS = ["run", "-A", "-q", "--no-lock", "--v8-flags=--max-semi-space-size=1"];

/**
 * Trains on a small set for 300 epochs, in a process of its own: resident memory after each epoch from the fourth on is within 5%
 * of what it was after the third.
 */
export async function testFlatMemory(
  engine: string,
  { samples, batchSize }: {
    readonly samples: number;
    readonly batchSize: number;
  },
): Promise<void> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...FLAGS, SCRIPT, engine, `${samples}`, `${batchSize}`],
    stderr: "inherit",
  }).output();
  const resident: number[] = JSON.parse(new TextDecoder().decode(stdout));
  strictEqual(resident.length, 300);
  const [third, ...later] = resident.slice(2);
  const most = Math.max(...later);
  const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  ok(most <= 1.05 * third, `${megabytes(third)} MB after epoch 3, later ${megabytes(most)} MB`);
}
