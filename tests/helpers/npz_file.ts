/** Npz files of hand-made samples. */

import type { Dataset } from "../../src/data/dataset.ts";
import { datasetBlocks, describeDataset } from "../../src/data/dataset_blocks.ts";
import { writeFileAtomic } from "../../src/files/file.ts";
import {
  type CompetitionBlock,
  writeCompetition,
  type WriteCompetitionOptions,
} from "../../src/io/competition_writer.ts";
import { COMPETITION_RECORD } from "../../src/record.ts";

/** The competition's record, with two marks. */
export const TWO_MARKS = { ...COMPETITION_RECORD, marks: ["H3K4me3", "H3K9me3"] };

/** Writes samples of {@linkcode TWO_MARKS} as logarithms of their counts, unless the options say otherwise. */
export async function writeBlocks(
  path: string,
  blocks: readonly CompetitionBlock[],
  options: Partial<WriteCompetitionOptions> = {},
): Promise<void> {
  await writeFileAtomic(
    path,
    (sink) => writeCompetition(sink, blocks, { record: TWO_MARKS, fromCounts: true, ...options }),
  );
}

/** Writes a data set. */
export async function writeDataset(path: string, data: Dataset): Promise<void> {
  await writeFileAtomic(
    path,
    (sink) => writeCompetition(sink, datasetBlocks(data), describeDataset(data)),
  );
}
