/** What the browser can do, in the words of the page. */

import { chooseThreads } from "../../base/threads.ts";
import { HAS_SHARED_MEMORY } from "../../base/shared_memory.ts";
import { whyNoWorkers } from "../../base/workers.ts";
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
  const lack = isGpu ? undefined : whyOneThread();
  const why = lack === undefined ? reason : `${reason}; one thread, since ${lack}`;
  return {
    engine: `${isGpu ? "Graphics card (WebGPU)" : "Processor (WebAssembly)"}: ${why}`,
    threads: isGpu || lack !== undefined ? 1 : chooseThreads(),
    fromDisk,
    keepsState,
  };
}

/** Why there are no other threads; `undefined` where there are. */
function whyOneThread(): string | undefined {
  if (HAS_SHARED_MEMORY) return whyNoWorkers();
  return "the page is not isolated from others, as browsers demand of pages whose threads share memory";
}
