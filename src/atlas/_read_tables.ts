/** Reads the positions of the genes and their labels. */

import { ContractError } from "../errors.ts";
import type { ByteSource } from "../files/byte_source.ts";
import type { Gene } from "../genome/gene.ts";
import { type FileReading, useFile } from "./_file_counter.ts";
import { type CompetitionLabels, readCompetitionLabels } from "./competition_labels.ts";
import { readRoadmapGenes } from "./gene_info.ts";
import type { RoadmapFile, RoadmapFiles } from "./roadmap_files.ts";
import { roadmapPath, type RoadmapTable } from "./roadmap_tree.ts";

/** What the tables say. */
export interface Tables {
  readonly genes: readonly Gene[];
  readonly labels: CompetitionLabels;
}

/** Finds and reads both tables; both are looked for before one is read. */
export async function readTables(files: RoadmapFiles, reading: FileReading): Promise<Tables> {
  const found = {
    genes: await findTable("genes", files),
    expression: await findTable("expression", files),
  };
  const use = async <Table>(table: RoadmapTable, read: (source: ByteSource) => Promise<Table>) => {
    const task = {
      path: roadmapPath(table),
      file: found[table],
      findAgain: () => findTable(table, files),
      onBytes: () => {},
    };
    return (await useFile(task, reading, read)).result;
  };
  const genes = await use("genes", (source) =>
    readRoadmapGenes(source, {
      onWarning: (message) => reading.onWarning(message, source.name),
    }));
  const labels = await use("expression", (source) => readCompetitionLabels(source));
  return { genes, labels };
}

async function findTable(table: RoadmapTable, files: RoadmapFiles): Promise<RoadmapFile> {
  const path = roadmapPath(table);
  const file = await files.find(path);
  if (file !== undefined) return file;
  throw new ContractError(`Cannot rebuild the competition's files: ${files.place} lacks ${path}`);
}
