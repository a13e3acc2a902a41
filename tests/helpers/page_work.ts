/** The page's worker without a browser. */

import type { BundledGenes, CallName, PageCalls, PageProgress } from "../../src/page/protocol.ts";
import type { CallContext } from "../../src/page/work/call.ts";
import type { WorkEnvironment } from "../../src/page/work/environment.ts";
import { fromBrowser } from "../../src/page/work/given_file.ts";
import { makePageWork } from "../../src/page/work/page_work.ts";
import { MemoryStore } from "../../src/page/work/store.ts";

const EXAMPLE = new URL("../../fixtures/genome/example/", import.meta.url);

/** The files of the example that the page comes with. */
export function exampleFiles(): File[] {
  return [...Deno.readDirSync(EXAMPLE)].map(({ name }) => name).sort()
    .filter((name) => !/README|\.sh$|edits/.test(name))
    .map(exampleFile);
}

/** A file of the example. */
export function exampleFile(name: string): File {
  return new File([Deno.readFileSync(new URL(name, EXAMPLE))], name, { lastModified: 1 });
}

/** Surroundings of the worker, with genes that are never asked for unless they are given. */
export function testEnvironment(changes: Partial<WorkEnvironment> = {}): WorkEnvironment {
  return {
    machine: () =>
      Promise.resolve({ engine: "wasm", threads: 2, fromDisk: false, keepsState: false }),
    store: new MemoryStore(),
    bundledGenes: (name: BundledGenes) => Promise.reject(new Error(`no bundled genes ${name}`)),
    exampleFiles: () => Promise.resolve(exampleFiles().map(fromBrowser)),
    openAddress: (address) => Promise.reject(new Error(`no network: ${address}`)),
    engine: "wasm",
    mostDataBytes: 2 ** 30,
    ...changes,
  };
}

/** Calls of a worker as the window makes them. */
export interface TestWork {
  /** Makes a call; its progress is kept. */
  call<Name extends CallName>(
    name: Name,
    given: Parameters<PageCalls[Name]>[0],
    signal?: AbortSignal,
  ): Promise<ReturnType<PageCalls[Name]>>;
  readonly progress: PageProgress[];
}

/** Opens a worker. */
export function openWork(environment: WorkEnvironment = testEnvironment()): TestWork {
  const handlers = makePageWork(environment);
  const progress: PageProgress[] = [];
  return {
    progress,
    call: (name, given, signal = new AbortController().signal) => {
      const onProgress = (one: PageProgress) => void progress.push(one);
      const context: CallContext = { signal, onProgress };
      return handlers[name](given as never, context) as never;
    },
  };
}
