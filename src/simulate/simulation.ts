import { COMPETITION_RECORD } from "../record.ts";
import { type BestReachable, findBestReachable } from "./best_reachable.ts";
import { drawNegativeBinomial } from "./distributions.ts";
import { drawSample } from "./expression.ts";
import { MARK_COUNT } from "./genes.ts";
import {
  type EvalRegime,
  type Layout,
  makeLayout,
  type Member,
  regimeOf,
  type SimulationPart,
} from "./layout.ts";
import { fillRates } from "./marks.ts";
import { resolveSimulationOptions, type SimulationOptions } from "./options.ts";

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

/** What is true of one row of a file, other than its counts. */
export interface SimulatedRow {
  /** Name of the cell type. */
  readonly cellType: string;
  /** The gene's id. */
  readonly gene: string;
  /** 1 where transcription runs with the coordinate, −1 where against it. */
  readonly strand: 1 | -1;
  /** Activity z, which sets the marks' amplitudes; mean 0 and variance 1. */
  readonly activity: number;
  /** Expression, as the files have it. */
  readonly label: number;
  /** Expected expression given z. */
  readonly fromMarks: number;
  /** Expected expression given z and the gene's hidden level. */
  readonly fromMarksAndGene: number;
  /** What the row shares with train; `undefined` for the rows of train. */
  readonly regime: EvalRegime | undefined;
}

/** What `truth.json` holds. */
export interface SimulationTruth {
  /** Every option, the seed among them. */
  readonly options: Required<SimulationOptions>;
  /** The best scores a model can reach. */
  readonly bestReachable: BestReachable;
  /** For each cell type and mark the depth of that sample: the factor on its rates. */
  readonly depths: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/**
 * A simulated data set. Nothing is generated until it is asked for, and asking twice gives the same
 * numbers. Made by {@linkcode simulate}.
 */
export class Simulation {
  /** Every option, with defaults filled in. */
  readonly options: Required<SimulationOptions>;
  readonly #layout: Layout;

  /**
   * See {@linkcode simulate}.
   *
   * @throws {TypeError} If there is an option of another name.
   * @throws {RangeError} Naming the option that is out of range.
   */
  constructor(options: SimulationOptions = {}) {
    this.options = resolveSimulationOptions(options);
    this.#layout = makeLayout(this.options);
  }

  /** Names of the cell types of a file, in its order. */
  cellTypes(part: SimulationPart): string[] {
    return this.#layout[part].map(({ cellType }) => cellType.name);
  }

  /** The rows of a file without their counts, in its order: about a microsecond each. */
  *rows(part: SimulationPart): Generator<SimulatedRow, void, undefined> {
    for (const member of this.#layout[part]) {
      for (const gene of member.genes) {
        const { stream: _, ...drawn } = drawSample(gene, member.cellType, this.options);
        const regime = part === "eval" ? regimeOf(member, gene) : undefined;
        yield {
          cellType: member.cellType.name,
          gene: gene.id,
          strand: gene.strand,
          regime,
          ...drawn,
        };
      }
    }
  }

  /**
   * Generates a file's rows with their counts, one cell type at a time and in its order. The blocks of eval
   * carry labels like those of train, though `eval.npz` does not.
   */
  *blocks(part: SimulationPart): Generator<SimulatedBlock, void, undefined> {
    for (const member of this.#layout[part]) yield makeBlock(member, this.options);
  }

  /** The parameters, the depths that were drawn, and the best scores a model can reach on these labels. */
  truth(): SimulationTruth {
    const { train, eval: evaluation } = this.#layout;
    const cellTypes = new Map(
      [...train, ...evaluation].map(({ cellType }) => [cellType.name, cellType]),
    );
    const depths = [...cellTypes].map(([name, { depths }]) => [
      name,
      Object.fromEntries(COMPETITION_RECORD.marks.map((mark, i) => [mark, depths[i]])),
    ]);
    return {
      options: this.options,
      bestReachable: findBestReachable(this.rows("train"), this.rows("eval")),
      depths: Object.fromEntries(depths),
    };
  }
}

/**
 * Simulates a data set of the competition's kind; the module's head gives the model.
 *
 * @param options Sizes, seed and parameters.
 * @throws {TypeError} If there is an option of another name.
 * @throws {RangeError} Naming the option that is out of range.
 *
 * @example
 * ```ts
 * import { simulate } from "@waka/histone/simulate";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const simulation = simulate({ cellTypes: 2, genes: 30, newCellTypes: 1, newGenes: 5 });
 * deepStrictEqual(simulation.cellTypes("train"), ["E065", "E004"]);
 * const [block] = simulation.blocks("train");
 * strictEqual(block.signal.length, 30 * 100 * 5);
 * ```
 */
export function simulate(options: SimulationOptions = {}): Simulation {
  return new Simulation(options);
}

function makeBlock(member: Member, options: Required<SimulationOptions>): SimulatedBlock {
  const { genes, cellType } = member;
  const size = 1 / options.dispersion;
  const rates = new Float64Array(options.bins * MARK_COUNT);
  const signal = new Uint32Array(genes.length * rates.length);
  const labels = new Float64Array(genes.length);
  genes.forEach((gene, row) => {
    const { activity, label, stream } = drawSample(gene, cellType, options);
    labels[row] = label;
    fillRates(rates, gene, { cellType, activity });
    const start = row * rates.length;
    for (let i = 0; i < rates.length; i++) {
      signal[start + i] = drawNegativeBinomial(stream, rates[i], size);
    }
  });
  return { cellType: cellType.name, genes: genes.map(({ id }) => id), signal, labels };
}
