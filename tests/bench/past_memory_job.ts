/**
 * What `deno task bench --past-memory` measures beside the commands, in a process of its own: `make FOLDER CELL_TYPES GENES`
 * writes a store, `open FOLDER` opens it. Prints a line of JSON with the seconds that this took, the start of the program
 * apart.
 */

import { readDataset } from "../../src/data/read_dataset.ts";
import { writeDirectoryAtomic } from "../../src/files/atomic_directory.ts";
import { writeAnndata } from "../../src/io/zarr/anndata_writer.ts";
import { makeVaried } from "./past_memory_data.ts";

const [what, folder = "", ...numbers] = Deno.args;

async function make(cellTypes: number, genes: number): Promise<number> {
  const { record, blocks } = makeVaried({ cellTypes, genes });
  const started = performance.now();
  await writeDirectoryAtomic(folder, (store) => writeAnndata(store, blocks(), { record }));
  return performance.now() - started;
}

async function open(): Promise<number> {
  const started = performance.now();
  await readDataset(folder, { mostBytes: 0 });
  return performance.now() - started;
}

const took = what === "make" ? await make(Number(numbers[0]), Number(numbers[1])) : await open();
console.log(JSON.stringify({ seconds: took / 1000 }));
