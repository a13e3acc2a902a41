/** Starts to count a file with three threads, and stops listening in the middle: PROGRAM FILE. Prints `stopped`. */

import { type Gene, openSignalFile, prepare } from "../../src/genome/mod.ts";

const [file] = Deno.args;
const genes: Gene[] = ["chr1", "chr2"].flatMap((chromosome) =>
  [2000, 9000].map((tss, i) => ({
    id: `${chromosome}.${i}`,
    chromosome,
    tss,
    strand: "+" as const,
    line: 1,
  }))
);
const inputs = ["a", "b", "c"].map((cellType) => ({
  cellType,
  mark: "m",
  name: file!,
  open: () => openSignalFile(file!),
}));
const options = { rule: "reads", threads: 3, halfWidthBp: 1000 } as const;
const preparation = await prepare(genes, inputs, options);
const blocks = preparation.blocks();
await blocks.next();
console.info("stopped");
