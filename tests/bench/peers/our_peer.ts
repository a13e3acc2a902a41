/**
 * This package's engine in a process of its own, as its peers are:
 *
 *     deno run --allow-read --allow-env --allow-sys our_peer.ts --engine wasm --threads 2 [--root CHECKOUT]
 *
 * With `--root` it is the engine of another checkout.
 */

import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { EngineName } from "../../../src/engine/select.ts";
import { OurEngine } from "../our_engine.ts";
import { readWorkload } from "../workload.ts";
import { serve } from "./serve.ts";

const { values: { engine: name, threads, root } } = parseArgs({
  options: {
    engine: { type: "string", default: "wasm" },
    threads: { type: "string", default: "1" },
    root: { type: "string" },
  },
});

const here = new URL("../../../", import.meta.url);
const checkout = root === undefined ? here : pathToFileURL(`${root}/`);
const { selectEngine } = await import(
  new URL("src/engine/select.ts", checkout).href
) as typeof import("../../../src/engine/select.ts");

await serve(async (folder) => {
  const workload = await readWorkload(folder);
  const { engine } = await selectEngine(name as EngineName, workload.spec);
  const label = root === undefined ? "ours" : `ours at ${root}`;
  return new OurEngine(engine, workload, { threads: Number(threads), label });
});
