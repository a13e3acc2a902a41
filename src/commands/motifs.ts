/** Command `motifs`: what the filters of a model's first layer over DNA respond to. */

import { basename, resolve } from "node:path";
import { formatCountOf } from "../base/count.ts";
import { NO_SEQUENCE } from "../base/sequences.ts";
import type { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import {
  filtersOf,
  findMotifs,
  formatMeme,
  type FoundMotifs,
  informationBits,
  matchMotif,
  type Motif,
  motifsOfWeights,
  type SequenceFilters,
  UNIFORM_BACKGROUND,
} from "../motifs/mod.ts";
import { type MotifRow, MOTIFS_PAGE_START, renderMotifsPage } from "../report/motifs_page.ts";
import { loadModels } from "../runs/models.ts";
import { withModelLetters } from "../training/model_bases.ts";
import {
  type CommandCall,
  type CommandDefinition,
  declareSequences,
  integer,
  number,
} from "./flags.ts";
import { loadData } from "./_data.ts";
import { readKnownMotifs } from "./_known_motifs.ts";
import { describeMatches, formatMotifTable, orderMotifs } from "./_motif_table.ts";
import { openOutput, STANDARD_OUTPUT } from "./_outputs.ts";
import { ProgressLine } from "./_progress.ts";
import type { SequenceFlags } from "./_sequences.ts";
import { outputWidth } from "./_wrap.ts";

interface MotifsFlags extends SequenceFlags {
  readonly data?: string | undefined;
  readonly record?: string | undefined;
  readonly out: string;
  readonly page?: string | undefined;
  readonly match?: string | undefined;
  readonly threshold: number;
  readonly shuffles: number;
  readonly overwrite: boolean;
}

/** The default output, which is replaced without `--overwrite`. */
const USUAL_OUTPUT = "motifs.meme";

/** Command `motifs`. */
export const command: CommandDefinition<MotifsFlags> = {
  name: "motifs",
  summary:
    "Writes the filters of a model's first layer over DNA as motifs in MEME format: what each responds to in the " +
    "sequences of --data, or without data what its weights spell. With --match it says which known motifs they are like.",
  examples: [
    ["deno task motifs runs/dna --data train.npz", "motifs.meme, from the sites in the data"],
    [
      "deno task motifs runs/dna --data train.npz --match simulated/truth.json --page motifs.html",
      "compares them with the motifs that simulate planted, and draws logos and places",
    ],
    [
      "deno task motifs runs/dna --out filters.meme --match JASPAR.meme",
      "from the weights alone, compared with a file of known motifs",
    ],
  ],
  declare: (command) =>
    declareSequences(
      command
        .argument("<dir>", "directory of a run, or of a model that reads DNA")
        .option("--data <path>", "data whose sequences are searched; without, weights are spelt")
        .option("--record <file>", "JSON data record of the files (default: their own)"),
    )
      .option("--match <file>", "known motifs: a MEME file, or truth.json of simulate")
      .option(
        "--threshold <x>",
        "share of a filter's greatest response that its sites must have",
        number(0, 1),
        0.5,
      )
      .option(
        "--shuffles <n>",
        "motifs of shuffled columns for p-values of matches",
        integer(1),
        1000,
      )
      .option("--page <file>", "write an HTML page with logos and the places of sites")
      .option("--out <file>", "MEME file to write; - is standard output", USUAL_OUTPUT)
      .option("--overwrite", "replace the files that are there already", false),
  run: motifs,
};

async function motifs(flags: MotifsFlags, { args, signal }: CommandCall): Promise<void> {
  const [directory = ""] = args;
  const { out, page: pagePath, overwrite } = flags;
  if (pagePath === STANDARD_OUTPUT) {
    throw new ContractError("Cannot write a page to standard output: expected the name of a file");
  }
  checkFlags(flags);
  await using output = await openOutput(out, {
    begins: "MEME version",
    usual: USUAL_OUTPUT,
    overwrite,
  });
  await using page = pagePath === undefined ? undefined : await openOutput(pagePath, {
    begins: MOTIFS_PAGE_START,
    usual: pagePath,
    flag: "--page",
    overwrite,
  });
  const models = await loadModels(directory);
  const filters = models.map(filtersOf);
  const known = flags.match === undefined ? undefined : await readKnownMotifs(flags.match);
  const [model] = models as [TrainedModel];
  const data = flags.data === undefined ? undefined : withModelLetters(
    model,
    await loadData(flags.data, flags, { allowMissingMarks: true }),
  );
  const found = filters.map((each) => find(each, { data, flags, signal }));
  const rows = found.flatMap(({ motifs, background }, member) =>
    motifs.map((motif): MotifRow =>
      describe(motif, { member, members: models.length, background, known, flags })
    )
  );
  const first = found[0]!;
  const { background } = first;
  for (const line of formatMotifTable(rows, outputWidth())) console.log(line);
  const notes = [
    ...known === undefined ? [] : [describeMatches(rows, known.map(({ name }) => name))],
    ...noteControl(model, data),
  ];
  for (const note of notes) console.info(note);
  await output.write(formatMeme(rows.map(({ motif }) => motif), { background }));
  console.info(`${output.done}, ${formatCountOf(rows.length, "motif")}`);
  if (page === undefined) return;
  await page.write(
    await renderMotifsPage({
      name: basename(resolve(directory)),
      summary: summarise(first, { models, flags }),
      notes,
      rows: orderMotifs(rows),
      known,
      background,
      ...(data !== undefined && first.binBases !== undefined && {
        window: { startBp: -tssBaseOf(data), binBp: first.binBases },
      }),
    }),
  );
  console.info(page.done);
}

function checkFlags({ data, sequences, unknownBases, record }: MotifsFlags): void {
  if (data !== undefined) return;
  const given = Object.entries({ sequences, "unknown-bases": unknownBases, record })
    .find(([, value]) => value !== undefined);
  if (given === undefined) return;
  throw new ContractError(
    `Cannot use --${given[0]}: found no --data, expected the data whose sequences are searched`,
  );
}

/** The motifs of a model's filters, and where they were found. */
interface Found extends Pick<FoundMotifs, "background"> {
  readonly motifs: readonly (Motif & { readonly positions?: readonly number[] })[];
  readonly binBases?: number;
}

function find(
  filters: SequenceFilters,
  { data, flags: { threshold }, signal }: {
    readonly data: Dataset | undefined;
    readonly flags: MotifsFlags;
    readonly signal: AbortSignal;
  },
): Found {
  if (data === undefined) {
    return { motifs: motifsOfWeights(filters), background: UNIFORM_BACKGROUND };
  }
  const { sequences } = data.columns;
  if (sequences === undefined) {
    throw new ContractError(
      "Cannot find motifs: the data have no sequences. Add them (--sequences seq_data.csv), or leave out --data",
    );
  }
  const entries = new Set(
    [...new Set(data.geneIndices())].map((gene) => sequences.entryOf[gene]!),
  );
  entries.delete(NO_SEQUENCE);
  const progress = new ProgressLine("sequences");
  const found = findMotifs(filters, sequences, {
    entries,
    threshold,
    signal,
    onProgress: ({ done, total }) => progress.update({ done, total, label: "searching" }),
  });
  progress.clear();
  return found;
}

function describe(
  motif: Motif & { readonly positions?: readonly number[] },
  { member, members, background, known, flags: { shuffles } }: {
    readonly member: number;
    readonly members: number;
    readonly background: readonly number[];
    readonly known: readonly Motif[] | undefined;
    readonly flags: MotifsFlags;
  },
): MotifRow {
  const name = members === 1 ? motif.name : `model${member + 1}-${motif.name}`;
  const { matrix, sites, positions } = motif;
  const isSilent = sites === 0;
  return {
    motif: { name, matrix, ...(sites !== undefined && { sites }) },
    bits: informationBits(motif, background).reduce((sum, each) => sum + each, 0),
    positions,
    match: known === undefined || isSilent ? undefined : matchMotif(motif, known, { shuffles }),
  };
}

/** The base at the TSS; the middle where the data do not say. */
function tssBaseOf({ record: { sequence }, columns: { sequences } }: Dataset): number {
  return sequence?.tssBase ?? Math.floor((sequences?.bases ?? 0) / 2);
}

/** Warns of motifs of a model that was never shown the genes' own sequences. */
function noteControl({ record: { sequence } }: TrainedModel, data: Dataset | undefined): string[] {
  const kind = sequence?.control?.kind;
  if (kind === undefined) return [];
  const searched = data === undefined ? "" : ", which are searched in place of the data's";
  const shown = kind === "shuffled" ? "the sequences of other genes" : `random letters${searched}`;
  return [
    `Note: the model is a control: it was trained on ${shown}. Its filters say nothing of expression.`,
  ];
}

function summarise(
  { motifs }: Found,
  { models, flags: { data: path, threshold } }: {
    readonly models: readonly TrainedModel[];
    readonly flags: MotifsFlags;
  },
): string {
  const width = motifs[0]?.matrix.length ?? 0;
  const [{ spec }] = models as readonly [TrainedModel];
  const filters = `Filters of ${formatCountOf(width, "base")}, with which ${spec.name} reads DNA`;
  return path === undefined
    ? `${filters}, as their weights spell them.`
    : `${filters}: the letters of the sites in ${path} at which each reaches ${threshold} of its greatest response.`;
}
