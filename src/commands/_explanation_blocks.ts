/** The finished blocks of `explain`, each in a file of its own. */

import { freeArray } from "../base/free.ts";
import { ContractError } from "../errors.ts";
import { directoryEntries } from "../files/directory.ts";
import { pathKind, removeFile, writeFileAtomic } from "../files/file.ts";
import { readWholeFile } from "../files/whole_file.ts";
import { UNFINISHED } from "../runs/run_files.ts";
import {
  type AttributionBlock,
  decodeBlock,
  encodeBlock,
  freeBlock,
} from "./_attribution_bytes.ts";

const BLOCK_FILE = /^(\d{6}|null)\.block$/;

/** Stands for the attributions of the null in place of a block's number. */
export const NULL_BLOCK = 999_999;

/** The blocks of one work. */
export class BlockStore {
  readonly #folder: string;
  readonly #plan: string;

  /** `plan` is the digest of the work. */
  constructor(folder: string, plan: string) {
    this.#folder = folder;
    this.#plan = plan;
  }

  async list(blocks: number): Promise<number[]> {
    const found: number[] = [];
    for (let block = 0; block < blocks; block++) {
      const attributions = await this.find(block);
      if (attributions === undefined) continue;
      found.push(block);
      freeBlock(attributions);
    }
    return found;
  }

  async write(block: number, attributions: AttributionBlock): Promise<void> {
    const bytes = encodeBlock(attributions, { plan: this.#plan, block });
    await writeFileAtomic(this.#pathOf(block), bytes);
    freeArray(bytes);
  }

  async read(block: number): Promise<AttributionBlock> {
    const found = await this.find(block);
    if (found !== undefined) return found;
    throw new ContractError(
      `Cannot read ${
        this.#pathOf(block)
      }: it was changed or removed while the command ran, expected a finished block`,
    );
  }

  /** Reads a block; `undefined` if it is not there, damaged, or of other work. */
  async find(block: number): Promise<AttributionBlock | undefined> {
    const path = this.#pathOf(block);
    if (await pathKind(path) !== "file") return undefined;
    const bytes = await readWholeFile(path, { isRegular: true });
    const attributions = decodeBlock(bytes, { plan: this.#plan, block });
    freeArray(bytes);
    return attributions;
  }

  #pathOf(block: number): string {
    const name = block === NULL_BLOCK ? "null" : String(block).padStart(6, "0");
    return `${this.#folder}/${name}.block`;
  }
}

/** Removes the blocks in a folder, whatever work they are of. */
export async function removeBlockFiles(folder: string): Promise<void> {
  for (const { name } of await directoryEntries(folder)) {
    if (BLOCK_FILE.test(name) || UNFINISHED.test(name)) await removeFile(`${folder}/${name}`);
  }
}
