/** Memory of the service over 100,000 requests. */

import { ok, strictEqual } from "node:assert";
import { putLoad } from "../bench/service/load.ts";
import { saveWakawaka } from "../bench/service/measure.ts";
import { withDirectory } from "../helpers/command.ts";
import { startService } from "../helpers/service.ts";

const ROUNDS = 10;
const REQUESTS = 10_000;
/** Rounds in which the heap finds the size that suits it. */
const FIRST = 3;
/** It swings by less; a kilobyte that is kept of each request would be 70 MB, a quarter. */
const MOST_GROWTH = 1.1;

/** What a process holds in memory, in bytes. */
async function residentBytes(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "rss=", "-p", `${pid}`] })
    .output();
  return 1024 * Number(new TextDecoder().decode(stdout));
}

Deno.test("100,000 requests leave the service as large as the first 30,000 do", async () => {
  await withDirectory(async (directory) => {
    await saveWakawaka(`${directory}/model`);
    await using service = await startService([directory, "--quiet"]);
    const held: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const clients = { kind: "json", samples: 1, clients: 32, seconds: 1e6 } as const;
      const { statuses } = await putLoad({ port: service.port, requests: REQUESTS, ...clients });
      strictEqual(statuses[200], REQUESTS, JSON.stringify(statuses));
      held.push(await residentBytes(service.pid));
    }
    const [first, later] = [held.slice(0, FIRST), held.slice(FIRST)].map((of) => Math.max(...of));
    ok(first! > 1e7, "ps says nothing");
    ok(later! < MOST_GROWTH * first!, `megabytes: ${held.map((bytes) => Math.round(bytes / 1e6))}`);
  });
});
