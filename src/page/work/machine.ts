/** What the browser can do, in the words of the page. */

import { selectEngine } from "../../engine/select.ts";
import { presetSpec } from "../../model/mod.ts";
import type { PageMachine } from "../protocol.ts";

/** What the surroundings of the page know. */
export interface MachineFacts {
  readonly fromDisk: boolean;
  readonly keepsState: boolean;
  /** Threads that may be used. */
  readonly threads: number;
}

/** Finds out what will compute. */
export async function describeMachine(facts: MachineFacts): Promise<PageMachine> {
  const { engine, reason } = await selectEngine("auto", presetSpec("wakawaka"));
  const { fromDisk, keepsState, threads } = facts;
  const name = engine.name === "webgpu" ? "Graphics card (WebGPU)" : "Processor (WebAssembly)";
  return {
    engine: `${name}: ${reason}`,
    threads: engine.name === "webgpu" ? 1 : threads,
    fromDisk,
    keepsState,
  };
}
