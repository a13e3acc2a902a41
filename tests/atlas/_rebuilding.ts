/** Shared by the tests of rebuilding: a small tree, a server of it, and what must come of it. */

import { rebuildCompetition } from "../../src/atlas/rebuild.ts";
import { type RebuildOptions, REBUILT_FILES } from "../../src/atlas/rebuild_options.ts";
import { webRoadmap } from "../../src/atlas/web_roadmap.ts";
import { makeTree, type Tree } from "../helpers/roadmap_tree.ts";
import { startWebServer, type WebServer, type WebServerOptions } from "../helpers/web_server.ts";

/** A training cell type and a new one. */
export const CELL_TYPES = ["E003", "E071"];
export const TREE: Tree = makeTree({ cellTypes: CELL_TYPES });
/** The folder of the tree on the server. */
export const FOLDER = "/roadmap/data/";

/** Serves a tree. */
export function serveTree(
  tree: Pick<Tree, "files"> = TREE,
  fault?: WebServerOptions["fault"],
): WebServer & { readonly options: WebServerOptions } {
  const files = Object.fromEntries(
    Array.from(tree.files, ([path, bytes]) => [FOLDER + path, bytes]),
  );
  const options: WebServerOptions = { files, ...(fault && { fault }) };
  return Object.assign(startWebServer(options), { options });
}

/** Rebuilds from a server, without waiting long after failures. */
export function rebuildFrom(
  server: Pick<WebServer, "origin">,
  directory: string,
  options: Partial<RebuildOptions> = {},
) {
  const { signal } = options;
  const baseUrl = server.origin + FOLDER;
  const files = webRoadmap({ baseUrl, signal, backOffMs: 1, stallTimeoutMs: 1000, retries: 3 });
  return rebuildCompetition(directory, { files, cellTypes: CELL_TYPES, ...options });
}

/** Digests of the outputs in a directory. */
export async function digestOutputs(directory: string): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const name of REBUILT_FILES) {
    const bytes = await Deno.readFile(`${directory}/${name}`);
    digests[name] = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  }
  return digests;
}
