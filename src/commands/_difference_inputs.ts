/** What `differences` compares predicted changes with: measured ones, sets of genes, and what the models were trained on. */

import type { Dataset } from "../data/dataset.ts";
import { readDataset } from "../data/read_dataset.ts";
import { formatCountOf } from "../base/count.ts";
import { listSome } from "../base/wording.ts";
import { pathKind } from "../files/file.ts";
import { geneKey } from "../gene_id.ts";
import type { GeneDifferences, TrainedEnds } from "../explain/mod.ts";
import {
  type GeneSet,
  type MatchedFoldChanges,
  type MatchedGeneSets,
  matchFoldChanges,
  matchGeneSets,
  type NamedGene,
  readFoldChanges,
  readGeneSets,
} from "../genome/mod.ts";
import type { FoldChangeTable } from "../genome/expression/fold_changes.ts";
import { cellTypeGroupsOf, geneGroupsOf } from "../io/item_groups.ts";
import { trainedGenesOf } from "../model/known_genes.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { describeInput } from "../runs/inputs.ts";
import { readJson } from "../runs/json.ts";
import type { SavedConfig } from "../runs/saved_run.ts";
import { findOtherData, findTrainingFile } from "../runs/trained_on.ts";
import { regimesOf } from "../training/intervals.ts";
import { knownRegimes, type TrainedNames } from "../validation/known_regimes.ts";
import type { DifferenceFlags } from "./_difference_flags.ts";
import { checkAnnotation, takeAnnotationOf } from "./_annotation.ts";
import { checkInputFile } from "./_input_file.ts";
import { warn } from "./_warn.ts";

/** The files that are read before the data, since a fault in them would come too late. */
export interface DifferenceFiles {
  readonly foldChanges: FoldChangeTable | undefined;
  readonly geneSets: readonly GeneSet[] | undefined;
  /** Genes of the annotation by their keys. */
  readonly annotated: ReadonlyMap<string, NamedGene> | undefined;
}

/** Reads the files that flags name. */
export async function readDifferenceFiles(
  { deseq2, geneSets, geneFile }: DifferenceFlags,
): Promise<DifferenceFiles> {
  const files = { "--deseq2": deseq2, "--gene-sets": geneSets };
  for (const [flag, path] of Object.entries(files)) {
    if (path !== undefined) await checkInputFile(flag, path);
  }
  if (geneFile !== undefined) await checkAnnotation("--gene-file", geneFile);
  const onWarning = warn;
  const annotation = geneFile === undefined
    ? undefined
    : await takeAnnotationOf(geneFile, { onWarning });
  return {
    foldChanges: deseq2 === undefined ? undefined : await readFoldChanges(deseq2, { onWarning }),
    geneSets: geneSets === undefined ? undefined : await readGeneSets(geneSets, { onWarning }),
    annotated: annotation &&
      new Map(annotation.genes.map((gene) => [geneKey(gene.gene ?? gene.id), gene])),
  };
}

/** The names of a data set's genes, `[place in the columns' genes]`, with those of an annotation. */
export function nameGenes(
  { columns: { genes, geneDetails } }: Dataset,
  annotated: DifferenceFiles["annotated"],
): NamedGene[] {
  return genes.map((id, place) => {
    const { symbol, gene } = geneDetails?.[place] ?? {};
    const known = annotated?.get(geneKey(gene ?? id));
    return { id, gene, symbol: symbol ?? known?.symbol, entrezId: known?.entrezId };
  });
}

/** What is known of the compared genes, `[gene]`. */
export interface ComparedNames {
  readonly foldChanges: MatchedFoldChanges | undefined;
  readonly sets: MatchedGeneSets | undefined;
}

/** What genes are found in. */
interface FilesToMatch {
  readonly files: DifferenceFiles;
  readonly flags: DifferenceFlags;
}

/**
 * Finds genes in the files.
 *
 * @throws {ContractError} If a file has none of them, or nothing is known of those that it has.
 */
export function findNames(
  genes: readonly NamedGene[],
  { files: { foldChanges: table, geneSets }, flags }: FilesToMatch,
): ComparedNames {
  const foldChanges = table && matchFoldChanges(table, genes);
  const sets = geneSets && matchGeneSets(geneSets, genes, { file: flags.geneSets! });
  return { foldChanges, sets };
}

/** Finds the compared genes in the files, and says how many were found. */
export function matchFiles(
  { genes }: GeneDifferences,
  { named, ...files }: FilesToMatch & { readonly named: readonly NamedGene[] },
): ComparedNames {
  const found = findNames(Array.from(genes, (place) => named[place]!), files);
  for (const note of [...found.foldChanges?.notes ?? [], ...found.sets?.notes ?? []]) {
    console.info(`${note}.`);
  }
  return found;
}

/** On which ends of its change each gene was trained on, and a sentence about it. */
export interface TrainedGenes {
  /** `[gene]`; absent if it is not known. */
  readonly ends: readonly TrainedEnds[] | undefined;
  readonly sentence: string;
  /** Whether the sentence is a warning. */
  readonly isWarning: boolean;
}

/**
 * Finds on which ends of their changes genes were trained on: there, changes are fits to labels that the models have seen.
 */
export async function findTrainedEnds(
  { from, to, genes }: GeneDifferences,
  { models: [model], data, unlabelled, directory, path }: {
    readonly models: readonly TrainedModel[];
    readonly data: Dataset;
    readonly unlabelled: readonly Dataset[];
    /** Directory of the models. */
    readonly directory: string;
    /** Path of the data. */
    readonly path: string;
  },
): Promise<TrainedGenes> {
  const isSeen = await findSeen(model!, { data, unlabelled, directory, path });
  if (isSeen === undefined) {
    return {
      ends: undefined,
      isWarning: false,
      sentence: `It is unknown whether the models were trained on ${
        describeSides(from, to)
      }: where they were, changes are fits to labels that they have seen, not predictions.`,
    };
  }
  const ends = endsOf({ from, to, genes }, data, isSeen);
  const both = ends.filter((end) => end === "both").length;
  const neither = ends.filter((end) => end === "neither").length;
  if (neither === ends.length) {
    return {
      ends,
      isWarning: false,
      sentence: `The models were not trained on these genes in ${describeSides(from, to)}.`,
    };
  }
  const one = ends.length - both - neither;
  const parts = [
    ...(both > 0 ? [`${formatCountOf(both, "gene")} on both sides`] : []),
    ...(one > 0 ? [`${formatCountOf(one, "gene")} on one side`] : []),
  ];
  return {
    ends,
    isWarning: true,
    sentence:
      `the models were trained on ${parts.join(" and ")} of ${
        describeSides(from, to)
      }: there, changes are fits to labels that they have seen. In cell types that are new to a model they agree less with ` +
      "what is measured",
  };
}

function describeSides(from: readonly string[], to: readonly string[]): string {
  return `${listSome(from)} and ${listSome(to)}`;
}

/** Whether the model was trained on each sample, `[position]`; `undefined` if that is not known. */
async function findSeen(
  model: TrainedModel,
  { data, unlabelled, directory, path }: {
    readonly data: Dataset;
    readonly unlabelled: readonly Dataset[];
    readonly directory: string;
    readonly path: string;
  },
): Promise<readonly boolean[] | undefined> {
  const genes = trainedGenesOf(model);
  const knowsCellTypes = model.calibration !== undefined ||
    model.panel !== undefined && model.panel.statistics === undefined;
  if (genes !== undefined && knowsCellTypes) {
    return regimesOf(model, data, { genes, unlabelled }).map((regime) => regime === "seen");
  }
  const file = await describeInput(path);
  const other = await findOtherData(directory, { file, samples: data });
  if (other === undefined) return Array.from(data.rows, () => true);
  const trained = await readTrainedNames(directory);
  return trained && knownRegimes(trained, data).map((regime) => regime === "seen");
}

/** The names of genes and cell types in the file that a run was trained on, if it is there, and is still the same. */
async function readTrainedNames(directory: string): Promise<TrainedNames | undefined> {
  const path = `${directory}/config.json`;
  if (await pathKind(path) !== "file") return undefined;
  const config: SavedConfig = Object(await readJson(path, "read run"));
  if (typeof config.data !== "string") return undefined;
  const file = await findTrainingFile(config);
  if (file.path === undefined || file.problem !== undefined) return undefined;
  // Only the names matter, so how its numbers are to be read does not.
  const trained = await readDataset(file.path).catch(() => undefined);
  if (trained === undefined) return undefined;
  const { cellTypes, genes } = trained.columns;
  const groups = [cellTypeGroupsOf(trained.columns), geneGroupsOf(trained.columns)] as const;
  return {
    cellTypes: [...cellTypes, ...groups[0].names],
    genes: [...genes.map(geneKey), ...groups[1].names],
  };
}

function endsOf(
  { from, to, genes }: Pick<GeneDifferences, "from" | "to" | "genes">,
  data: Dataset,
  isSeen: readonly boolean[],
): TrainedEnds[] {
  const seen = { from: new Set<number>(), to: new Set<number>() };
  const [geneOf, cellTypeOf] = [data.geneIndices(), data.cellTypeIndices()];
  const { cellTypes } = data.columns;
  for (const [position, isTrained] of isSeen.entries()) {
    if (!isTrained) continue;
    const cellType = cellTypes[cellTypeOf[position]!]!;
    if (from.includes(cellType)) seen.from.add(geneOf[position]!);
    if (to.includes(cellType)) seen.to.add(geneOf[position]!);
  }
  return Array.from(genes, (gene) => {
    const [atFrom, atTo] = [seen.from.has(gene), seen.to.has(gene)];
    return atFrom && atTo ? "both" : atFrom ? "from" : atTo ? "to" : "neither";
  });
}
