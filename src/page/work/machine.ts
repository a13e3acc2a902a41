/** What the browser can do, in the words of the page. */

import { chooseSharedThreads, whyOneThread } from "../../base/shared_threads.ts";
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
    threads: isGpu ? 1 : chooseSharedThreads(),
    fromDisk,
    keepsState,
  };
}
