/** What the browser can do, in the words of the page. */

import { chooseThreads } from "../../base/threads.ts";
import { selectEngine } from "../../engine/select.ts";
import { presetSpec } from "../../model/mod.ts";
import type { PageMachine } from "../protocol.ts";

/** What the surroundings of the page know. */
export interface MachineFacts {
  readonly fromDisk: boolean;
  readonly keepsState: boolean;
}

/** Finds out what will compute. */
export async function describeMachine(
  { fromDisk, keepsState }: MachineFacts,
): Promise<PageMachine> {
  const { engine, reason } = await selectEngine("auto", presetSpec("wakawaka"));
  const isGpu = engine.name === "webgpu";
  // Threads share memory, which browsers give to isolated pages alone.
  const isIsolated = globalThis.crossOriginIsolated === true && !fromDisk;
  return {
    engine: `${isGpu ? "Graphics card (WebGPU)" : "Processor (WebAssembly)"}: ${reason}`,
    threads: isGpu || !isIsolated ? 1 : chooseThreads(),
    fromDisk,
    keepsState,
  };
}
