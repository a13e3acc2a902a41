/** The files of a saved model: in a directory, or those that a caller holds, as sources or by their names. */

import { kindOfValue } from "../base/kind_of_value.ts";
import { isBlob, tagOf } from "../base/kinds.ts";
import { NotFoundError } from "../errors.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { openFile, pathKind, pathOf } from "../files/file.ts";
import { isAddress, showAddress } from "../files/http_address.ts";
import { type BinarySource, openSource } from "../files/open_source.ts";
import { PANEL_FILE } from "../panel/panel_file.ts";
import { WEIGHTS_FILE } from "./_weights_file.ts";

/** Name of the file of layers and settings. */
export const TOPOLOGY_FILE = "model.json";

/** Where runs have their model, or the first of an ensemble's. */
const PLACES_IN_RUNS = ["model", "models/1"];

/** The files of a saved model, to load it from. What is opened of them is closed; sources that are given stay open. */
export interface ModelSources {
  /** `model.json`. */
  readonly json: BinarySource;
  /** `weights.bin`. */
  readonly weights: BinarySource;
  /** `panel.npz`, which a model without a panel does not need. */
  readonly panel?: BinarySource | undefined;
}

/** Files by their names, such as those that were dropped on a page; folders before a name do not matter. */
export type NamedModelFiles = ReadonlyMap<string, BinarySource>;

/** Opened files of a model. */
export interface OpenedModelFiles {
  readonly json: ByteSource;
  readonly weights: ByteSource;
  /** Opens the panel, which its reader closes; `undefined` if that file is missing. */
  readonly openPanel: () => Promise<ByteSource | undefined>;
  close(): void;
}

/**
 * Opens the files of a model. Reading them is given up when the signal is aborted.
 *
 * @throws {NotFoundError} If there is no file of a name that a model needs.
 * @throws {TypeError} If these are no files.
 */
export async function openModelFiles(
  given: ModelSources | NamedModelFiles | Iterable<File>,
  signal?: AbortSignal,
): Promise<OpenedModelFiles> {
  const { json, weights, panel } = sourcesOf(given);
  const opened: ByteSource[] = [];
  const close = () => opened.forEach((source) => source.close());
  const open = async (source: BinarySource) => {
    const found = await openSource(source, { signal });
    opened.push(found);
    return found;
  };
  try {
    return {
      json: await open(json),
      weights: await open(weights),
      openPanel: async () => panel === undefined ? undefined : await openSource(panel, { signal }),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function sourcesOf(given: unknown): ModelSources {
  if (tagOf(given) === "Map") return findSources([...given as NamedModelFiles]);
  const { json, weights, [Symbol.iterator]: iterator } = Object(given);
  if (json != null && weights != null) return given as ModelSources;
  if (typeof given === "object" && typeof iterator === "function" && !ArrayBuffer.isView(given)) {
    return findSources(Array.from(given as Iterable<unknown>, nameFile));
  }
  throw new TypeError(
    `Cannot load model: found ${
      kindOfValue(given)
    }, expected a directory, a list of Files, a Map of files by their ` +
      "names, or an object with json and weights, and panel if the model has one",
  );
}

function nameFile(file: unknown, place: number): readonly [name: string, file: BinarySource] {
  if (isBlob(file) && "name" in file) return [String(file.name), file];
  throw new TypeError(
    `Cannot load model: found ${
      kindOfValue(file)
    } in place ${place} of a list, expected a File; other files have their ` +
      "names in a Map",
  );
}

function findSources(files: readonly (readonly [string, BinarySource])[]): ModelSources {
  const find = (wanted: string) =>
    files.find(([name]) => name.split(/[/\\]/).at(-1) === wanted)?.[1];
  const need = (wanted: string): BinarySource => {
    const found = find(wanted);
    if (found !== undefined) return found;
    const names = files.length === 0 ? "no files" : files.map(([name]) => name).join(", ");
    throw new NotFoundError(`Cannot load model: found ${names}, expected ${wanted} among them`, {
      path: wanted,
    });
  };
  return { json: need(TOPOLOGY_FILE), weights: need(WEIGHTS_FILE), panel: find(PANEL_FILE) };
}

/**
 * The path of a model's directory.
 *
 * @throws {TypeError} If it is an address: servers have files, and no directories to look into.
 */
export function directoryOf(directory: string | URL): string {
  if (!isAddress(String(directory))) return pathOf(directory);
  const address = showAddress(String(directory).trim()).replace(/\/$/, "");
  throw new TypeError(
    `Cannot load model: found the address ${address}, expected a path or a file: URL of a directory. ` +
      `Of files on a server give a Map: new Map([["${TOPOLOGY_FILE}", "${address}/${TOPOLOGY_FILE}"], ` +
      `["${WEIGHTS_FILE}", "${address}/${WEIGHTS_FILE}"]]), and ${PANEL_FILE} if the model has one`,
  );
}

/**
 * Opens the `model.json` of a directory.
 *
 * @throws {NotFoundError} If it is missing. A run has its models in directories of its own: the message then names one of them.
 */
export async function openTopology(path: string): Promise<ByteSource> {
  const file = `${path}/${TOPOLOGY_FILE}`;
  try {
    return await openFile(file);
  } catch (cause) {
    if (!(cause instanceof NotFoundError)) throw cause;
    if (await pathKind(path) === "file") {
      throw new NotFoundError(
        `Cannot load model: "${path}" is a file, expected the directory of a model, which has ${TOPOLOGY_FILE} in it`,
        { path, cause },
      );
    }
    for (const place of PLACES_IN_RUNS) {
      if (await pathKind(`${path}/${place}/${TOPOLOGY_FILE}`) === undefined) continue;
      throw new NotFoundError(
        `Cannot load model: "${path}" is the directory of a run, expected that of a model, such as "${path}/${place}"`,
        { path: file, cause },
      );
    }
    throw cause;
  }
}
