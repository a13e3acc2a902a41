import { COMPETITION_RECORD } from "../record.ts";
import { type BestReachable, findBestReachable } from "./best_reachable.ts";
import type { CellType } from "./cell_types.ts";
import { NegativeBinomial } from "./distributions.ts";
import { drawSample } from "./expression.ts";
import { type Gene, MARK_COUNT } from "./genes.ts";
import {
  type EvalRegime,
  type Layout,
  makeLayout,
  type Member,
  regimeOf,
  type SimulationPart,
} from "./layout.ts";
import { describeMarks, type MarkTruth } from "./mark_truth.ts";
import { fillRates } from "./marks.ts";
import { Oracles } from "./oracles.ts";
import {
  resolveSimulationOptions,
  type SequenceSettings,
  type SimulationOptions,
  type SimulationSettings,
} from "./options.ts";
import { drawCounts } from "./reads.ts";
import { drawIsland, makeRepeats } from "./sequence/background.ts";
import { makeSequence, type SimulatedSequence } from "./sequence/sequence.ts";
import { drawSites } from "./sequence/sites.ts";
import { describeSequences, type SequenceTruth } from "./sequence/truth.ts";

/** The rows of one cell type in one of the files. */
export interface SimulatedBlock {
  /** Name of the cell type. */
  readonly cellType: string;
  /** Gene ids, in row order. */
  readonly genes: readonly string[];
  /** Counts, `[gene, bin, mark]`. */
  readonly signal: Uint32Array<ArrayBuffer>;
  /** Expression, `[gene]`. */
  readonly labels: Float64Array<ArrayBuffer>;
}

/** The label of one row of a file. */
export interface SimulatedLabel {
  /** Name of the cell type. */
  readonly cellType: string;
  /** The gene's id. */
  readonly gene: string;
  /** Expression, as in the files. */
  readonly label: number;
}

/** The truth about one row of a file, except for its counts. */
export interface SimulatedRow extends SimulatedLabel {
  /** 1 if transcription runs along ascending coordinates, −1 if it runs along descending ones. */
  readonly strand: 1 | -1;
  /** Activity z, which sets the marks' amplitudes; its mean is 0 and its variance 1. */
  readonly activity: number;
  /** Measured expression, in reads per kilobase and million. */
  readonly rpkm: number;
  /** Expected label given z. */
  readonly fromMarks: number;
  /** Expected label given z and what the motifs at the promoter say; absent where no DNA is simulated. */
  readonly fromMarksAndSequence?: number;
  /** Expected label given z and everything about the gene. */
  readonly fromMarksAndGene: number;
  /** Whether train has the row's cell type or gene too; `undefined` for rows of train. */
  readonly regime: EvalRegime | undefined;
}

/** The content of `truth.json`. */
export interface SimulationTruth {
  /** Every option, including the seed. */
  readonly options: SimulationSettings;
  /** The best scores that a model can reach. */
  readonly bestReachable: BestReachable;
  /** The depth of each cell type and mark: the factor on its rates. */
  readonly depths: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The enrichment of each cell type and mark: the factor on its signal above the background. */
  readonly enrichments: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** What each bin of each mark says of the label; files of earlier versions lack it. */
  readonly marks?: MarkTruth;
  /** The motifs that were planted; absent where no DNA was simulated. */
  readonly sequences?: SequenceTruth;
}

/**
 * A simulated data set, made by {@linkcode simulate}. Nothing is generated until it is asked for, and asking again
 * gives the same numbers.
 *
 * @example
 * ```ts
 * import { simulate } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const simulation = simulate({ cellTypes: 1, genes: 2, newCellTypes: 1, newGenes: 1 });
 * const [row] = simulation.rows("eval");
 * strictEqual(row?.regime, "newGeneSeenCellType");
 * ```
 */
export class Simulation {
  /** Every option, with defaults filled in. */
  readonly options: SimulationSettings;
  readonly #layout: Layout;
  #oracles: Oracles | undefined;

  /**
   * Checks the options; see {@linkcode simulate}.
   *
   * @param options Sizes, seed and parameters.
   * @throws {TypeError} If an option has an unknown name.
   * @throws {RangeError} If an option is out of range; the message names it.
   */
  constructor(options: SimulationOptions = {}) {
    this.options = resolveSimulationOptions(options);
    this.#layout = makeLayout(this.options);
  }

  /**
   * The names of the cell types of a file.
   *
   * @param part The file.
   * @returns The names, in the order of the file.
   */
  cellTypes(part: SimulationPart): string[] {
    return this.#layout[part].map(({ cellType }) => cellType.name);
  }

  /**
   * Generates the rows of a file without their counts, which takes a few microseconds each.
   *
   * @param part The file.
   * @returns The rows, in the order of the file.
   */
  *rows(part: SimulationPart): Generator<SimulatedRow, void, undefined> {
    const oracles = this.#knowing;
    for (const member of this.#layout[part]) {
      for (const gene of member.genes) {
        const { stream: _, lasting: __, ...drawn } = drawSample(
          gene,
          member.cellType,
          this.options,
        );
        const regime = part === "eval" ? regimeOf(member, gene) : undefined;
        yield {
          cellType: member.cellType.name,
          gene: gene.id,
          strand: gene.strand,
          regime,
          ...drawn,
          fromMarks: oracles.fromMarks(drawn.activity),
          ...(this.options.sequences && {
            fromMarksAndSequence: oracles.fromMarksAndSequence(gene, drawn.activity),
          }),
          fromMarksAndGene: oracles.fromMarksAndGene(gene, drawn.activity),
        };
      }
    }
  }

  /**
   * Generates the labels of a file alone, which is faster than its rows.
   *
   * @param part The file.
   * @returns The labels with their cell types and genes, in the order of the file.
   */
  *labels(part: SimulationPart): Generator<SimulatedLabel, void, undefined> {
    for (const { genes, cellType } of this.#layout[part]) {
      for (const gene of genes) {
        const { label } = drawSample(gene, cellType, this.options);
        yield { cellType: cellType.name, gene: gene.id, label };
      }
    }
  }

  /**
   * Generates a file's rows with their counts, one cell type at a time. Like the blocks of train, those of eval have
   * labels, though `eval.npz` has none.
   *
   * @param part The file.
   * @returns The blocks, in the order of the file.
   */
  *blocks(part: SimulationPart): Generator<SimulatedBlock, void, undefined> {
    for (const member of this.#layout[part]) yield makeBlock(member, this.options);
  }

  /**
   * Generates the DNA around each gene of a file, in the direction of transcription.
   *
   * @param part The file.
   * @returns The sequences, each gene once, in the order in which the file has its genes first; empty where no DNA is
   * simulated.
   */
  *sequences(part: SimulationPart): Generator<SimulatedSequence, void, undefined> {
    const { seed, sequences } = this.options;
    if (sequences === undefined) return;
    const repeats = makeRepeats(seed);
    for (const gene of genesOf(this.#layout[part])) {
      const { index } = gene;
      const sites = drawSites(seed, index, sequences);
      const cpgIsland = sequences.effect > 0 ? gene.cpgIsland : drawIsland(seed, index);
      yield makeSequence(gene.id, { seed, ...sequences, index, cpgIsland, sites, repeats });
    }
  }

  /**
   * The parameters, the depths that were drawn, and the best scores that a model can reach on these labels.
   *
   * @returns The content of `truth.json`.
   */
  truth(): SimulationTruth {
    const { train, eval: evaluation } = this.#layout;
    const cellTypes = new Map(
      [...train, ...evaluation].map(({ cellType }) => [cellType.name, cellType]),
    );
    const byMark = (valuesOf: (cellType: CellType) => Float64Array) =>
      Object.fromEntries(
        Array.from(cellTypes, ([name, cellType]) => [name, nameByMark(valuesOf(cellType))]),
      );
    return {
      options: this.options,
      bestReachable: findBestReachable(this.rows("train"), this.rows("eval")),
      depths: byMark(({ depths }) => depths),
      enrichments: byMark(({ enrichments }) => enrichments),
      marks: describeMarks(train, {
        settings: this.options,
        labelAt: (activity) => this.#knowing.fromMarks(activity),
      }),
      ...(this.options.sequences && { sequences: this.#sequenceTruth(this.options.sequences) }),
    };
  }

  get #knowing(): Oracles {
    return this.#oracles ??= new Oracles(this.options);
  }

  #sequenceTruth(sequences: SequenceSettings): SequenceTruth {
    const genes = new Set([...genesOf(this.#layout.train), ...genesOf(this.#layout.eval)]);
    return describeSequences(genes, { seed: this.options.seed, ...sequences });
  }
}

/** The genes of some members, each once. */
function genesOf(members: readonly Member[]): Set<Gene> {
  return new Set(members.flatMap(({ genes }) => genes));
}

/**
 * Simulates a data set like the competition's. The module's description explains the model.
 *
 * @param options Sizes, seed and parameters.
 * @returns The data set; nothing is generated yet.
 * @throws {TypeError} If an option has an unknown name.
 * @throws {RangeError} If an option is out of range; the message names it.
 *
 * @example
 * ```ts
 * import { simulate } from "@waka/histone/simulate";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const simulation = simulate({ cellTypes: 2, genes: 30, newCellTypes: 1, newGenes: 5 });
 * deepStrictEqual(simulation.cellTypes("train"), ["E065", "E004"]);
 * const [block] = simulation.blocks("train");
 * strictEqual(block?.signal.length, 30 * 100 * 5);
 * ```
 */
export function simulate(options: SimulationOptions = {}): Simulation {
  return new Simulation(options);
}

function nameByMark(values: Float64Array): Record<string, number> {
  return Object.fromEntries(COMPETITION_RECORD.marks.map((mark, i) => [mark, values[i]!]));
}

function makeBlock(member: Member, options: SimulationSettings): SimulatedBlock {
  const { genes, cellType } = member;
  const reads = { marks: MARK_COUNT, starts: new NegativeBinomial(1 / options.dispersion) };
  const rates = new Float64Array(options.bins * MARK_COUNT);
  const signal = new Uint32Array(genes.length * rates.length);
  const labels = new Float64Array(genes.length);
  genes.forEach((gene, row) => {
    const { activity, lasting, label, stream } = drawSample(gene, cellType, options);
    labels[row] = label;
    fillRates(rates, gene, { cellType, activity, lasting, stream });
    const start = row * rates.length;
    drawCounts(rates, signal.subarray(start, start + rates.length), { ...reads, stream });
  });
  return { cellType: cellType.name, genes: genes.map(({ id }) => id), signal, labels };
}
