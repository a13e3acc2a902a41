/** Results that are kept, so that a run that was stopped, or that asks for more, computes nothing again. */

import { ContractError } from "../../../src/errors.ts";
import { makeDirectory, pathKind, writeFileAtomic } from "../../../src/files/file.ts";
import { concatenateAll, sha256 } from "../../../src/base/bytes.ts";
import { formatNpyHeader, readNpy } from "../../../src/io/mod.ts";
import type { RealContestant, RealPrediction } from "./contestant.ts";
import type { RealFold, Suite } from "./suite.ts";

/** One training: a contestant on a fold of a suite, with a seed. */
export interface Cell {
  readonly suite: Suite;
  readonly fold: RealFold;
  readonly contestant: RealContestant;
  /** 0 for contestants in which chance plays no part. */
  readonly seed: number;
}

/** The result of a cell. */
export interface CellResult {
  readonly seconds: number;
  readonly predictions: readonly RealPrediction[];
}

/** What is written beside the predictions. */
interface KeptCell {
  readonly suite: string;
  readonly fold: string;
  readonly contestant: string;
  readonly seed: number;
  readonly seconds: number;
  readonly predictions: readonly Omit<RealPrediction, "values">[];
}

/** Version of the way in which results are made; a change makes all of them again. */
const VERSION = 2;

/** A folder of results. Its files have the digest of what they are the result of as their name. */
export class RealStore {
  readonly #folder: string;
  readonly #log: (line: string) => void;

  /** Names the folder, which may not exist yet. */
  constructor(folder: string, log: (line: string) => void) {
    this.#folder = folder;
    this.#log = log;
  }

  /** The result of a cell, or `undefined` if it is not kept, or not whole. */
  async read(cell: Cell): Promise<CellResult | undefined> {
    const path = await this.#pathOf(cell);
    if (await pathKind(`${path}.json`) === undefined) return undefined;
    try {
      const { seconds, predictions: kept }: KeptCell = JSON.parse(
        await Deno.readTextFile(`${path}.json`),
      );
      const predictions = await Promise.all(
        kept.map(async (prediction): Promise<RealPrediction> => {
          const { data } = await readNpy(fileOf(path, prediction));
          return { ...prediction, values: checkValues(data, cell) };
        }),
      );
      return { seconds, predictions };
    } catch (error) {
      this.#log(
        `${path}.json is computed again: ${error instanceof Error ? error.message : error}`,
      );
      return undefined;
    }
  }

  /** Keeps the result of a cell: the predictions first, then the file that names them. */
  async write(cell: Cell, { seconds, predictions }: CellResult): Promise<void> {
    await makeDirectory(this.#folder);
    const path = await this.#pathOf(cell);
    for (const { values, ...prediction } of predictions) {
      const header = formatNpyHeader("float32", [values.length]);
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      await writeFileAtomic(fileOf(path, prediction), concatenateAll([header, bytes]));
    }
    const kept: KeptCell = {
      suite: cell.suite.id,
      fold: cell.fold.name,
      contestant: cell.contestant.name,
      seed: cell.seed,
      seconds,
      predictions: predictions.map(({ values: _, ...prediction }) => prediction),
    };
    await writeFileAtomic(`${path}.json`, `${JSON.stringify(kept, null, 2)}\n`);
  }

  async #pathOf({ suite, fold, contestant, seed }: Cell): Promise<string> {
    const { name, identity } = contestant;
    const text = JSON.stringify([VERSION, suite.digest, fold.name, name, identity, seed]);
    const digest = (await sha256(new TextEncoder().encode(text))).toHex().slice(0, 16);
    const words = [suite.id, fold.name, name, `seed${seed}`].join("-").replace(/[^\w-]+/g, "_");
    return `${this.#folder}/${words}-${digest}`;
  }
}

/** Where the values of a prediction are kept, given the path of the cell. */
function fileOf(path: string, { reading, dropped }: Omit<RealPrediction, "values">): string {
  return `${path}-${reading}${dropped === undefined ? "" : `-no-${dropped}`}.npy`;
}

/** Throws unless there is a finite prediction for each test sample. */
export function checkValues(
  values: unknown,
  { fold, contestant }: Pick<Cell, "fold" | "contestant">,
): Float32Array<ArrayBuffer> {
  const wanted = fold.test.length;
  if (!(values instanceof Float32Array) || values.length !== wanted) {
    throw new ContractError(
      `Cannot use the predictions of ${contestant.name} for ${fold.name}: found ` +
        `${values instanceof Float32Array ? values.length : "none"}, expected ${wanted}`,
    );
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new ContractError(
      `Cannot use the predictions of ${contestant.name} for ${fold.name}: number ${bad} is ` +
        `${values[bad]}, expected a finite number`,
    );
  }
  return values as Float32Array<ArrayBuffer>;
}
