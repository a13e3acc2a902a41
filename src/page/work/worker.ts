/**
 * The program of the page's worker. It does nothing until {@linkcode startWork} is called, which the build of the page does.
 */

import { parseUrl } from "../../base/platform.ts";
import { bundledGenes } from "../../atlas/bundled_genes.ts";
import { ContractError, RemoteError } from "../../errors.ts";
import { HttpFiles } from "../../files/http_files.ts";
import type { HttpSource } from "../../files/http_source.ts";
import type { FromWorker, PageMachine, ToWorker } from "../protocol.ts";
import type { WorkEnvironment } from "./environment.ts";
import { fromBrowser, type GivenFile } from "./given_file.ts";
import { describeMachine } from "./machine.ts";
import { openOriginStore } from "./opfs_store.ts";
import { makePageWork } from "./page_work.ts";
import { serveCalls } from "./serve_calls.ts";
import { MemoryStore } from "./store.ts";

/** What the build of the page knows. */
export interface WorkSurroundings {
  /** The files of the example. */
  readonly example: () => Promise<readonly File[]>;
  /** Whether the page was opened from a disk, without a server. */
  readonly fromDisk: boolean;
}

/** Samples take less memory than this: browsers give a page some gigabytes, and training needs as much again. */
const MOST_DATA_BYTES = 2 ** 30;

/** The scope of a dedicated worker; the types of TypeScript for windows have another. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
}

/** Begins to take the window's calls. Messages that come before the store is open wait. */
export function startWork(surroundings: WorkSurroundings): void {
  const scope = globalThis as unknown as WorkerScope;
  const serving = openEnvironment(surroundings).then((environment) =>
    serveCalls(makePageWork(environment), (message) => scope.postMessage(message))
  );
  scope.onmessage = ({ data }) => void serving.then((take) => take(data));
}

async function openEnvironment(
  { example, fromDisk }: WorkSurroundings,
): Promise<WorkEnvironment> {
  const store = (fromDisk ? undefined : await openOriginStore()) ?? new MemoryStore();
  let machine: Promise<PageMachine> | undefined;
  return {
    machine: () => machine ??= describeMachine({ fromDisk, keepsState: store.isLasting }),
    store,
    bundledGenes: (name) => bundledGenes(name),
    exampleFiles: async () => (await example()).map(fromBrowser),
    openAddress,
    engine: "auto",
    mostDataBytes: MOST_DATA_BYTES,
  };
}

/** Opens a file on a server, of which only the parts are fetched that are needed. */
async function openAddress(address: string, signal: AbortSignal): Promise<GivenFile> {
  const name = nameOf(address);
  const files = new HttpFiles({ signal });
  const source = await openOrExplain(files, address);
  const { size, lastModified } = source;
  source.close();
  return {
    name,
    bytes: size,
    ...(lastModified !== undefined && { modified: lastModified }),
    open: () => files.open(address),
  };
}

/** Browsers do not tell scripts whether a server is out of reach or refuses pages of others. */
async function openOrExplain(files: HttpFiles, address: string): Promise<HttpSource> {
  try {
    return await files.open(address);
  } catch (error) {
    if (!(error instanceof RemoteError) || error.status !== undefined) throw error;
    throw new RemoteError(
      `${error.message}. It may also be that the server lets no page of another site read its files: download the file ` +
        "then, and add it from the disk",
      { cause: error },
    );
  }
}

/** The last part of the path of an address. */
function nameOf(address: string): string {
  const url = parseUrl(address);
  const name = url?.pathname.split("/").at(-1) ?? "";
  if (url !== null && /^https?:$/.test(url.protocol) && name !== "") {
    return decodeURIComponent(name);
  }
  throw new ContractError(
    `Cannot open ${address}: it is not the address of a file, expected one that begins with https://`,
  );
}
