/** `simulate --compare`: prints statistics of real data beside those of simulated data. */

import { readCompetitionLabels, REFERENCE_SAMPLE } from "../atlas/mod.ts";
import { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import {
  compareStatistics,
  formatComparison,
  holdsCounts,
  measureLabels,
  measureStatistics,
  simulate,
  simulateColumns,
  type SimulatedExpression,
  type SimulationOptions,
  type Statistic,
} from "../simulate/mod.ts";
import { labelOf } from "../simulate/levels.ts";
import { checkInputFile } from "./_input_file.ts";
import { loadData } from "./_data.ts";

/** The flags that name real data. */
export interface CompareFlags {
  readonly compare?: string | undefined;
  readonly compareExpression?: string | undefined;
}

/** The simulation to compare: its options, and those that the user gave rather than left to the defaults. */
export interface ComparedSimulation {
  readonly options: SimulationOptions & { readonly expressionTransform: SimulatedExpression };
  readonly given: ReadonlySet<string>;
}

/** Prints a table for each data set that the flags name. */
export async function compareSimulation(
  { compare, compareExpression }: CompareFlags,
  simulation: ComparedSimulation,
): Promise<void> {
  if (compare !== undefined) await compareData(compare, simulation);
  if (compareExpression !== undefined) await compareTable(compareExpression, simulation);
}

async function compareData(path: string, simulation: ComparedSimulation): Promise<void> {
  const data = await loadData(path, {});
  const { expressionTransform } = simulation.options;
  const own = data.record.expressionTransform;
  if (data.hasLabels && own !== undefined && own !== expressionTransform) {
    throw new ContractError(
      `Cannot compare labels: those of ${path} are ${own}, the simulated ones ${expressionTransform}. ` +
        `Simulate with --expression-transform ${own}`,
    );
  }
  const { cellTypes, genes } = data.columns;
  const options = chooseSize(simulation, {
    cellTypes: cellTypes.length,
    genes: genes.length,
    bins: data.bins,
  });
  const real = measureStatistics(data);
  const counted = holdsCounts(data);
  const simulated = counted
    ? measureStatistics(new Dataset(simulateColumns(options).train))
    : measureLabels(simulateLabels(options));
  if (!counted) {
    console.info(`The signal of ${path} is not counts, so only labels are compared.`);
  }
  printComparison(path, real, simulated);
}

/** Compares the labels of Roadmap's table of expression, all its cell types and the competition's genes. */
async function compareTable(path: string, simulation: ComparedSimulation): Promise<void> {
  await checkInputFile("--compare-expression", path);
  const table = await readCompetitionLabels(path);
  const reference = table.rpkmOf(REFERENCE_SAMPLE);
  const { expressionTransform } = simulation.options;
  const labels = Array.from(
    table.cellTypes,
    (cellType) =>
      table.rpkmOf(cellType).map((rpkm, gene) =>
        labelOf(expressionTransform, { rpkm, referenceRpkm: reference[gene]! })
      ),
  );
  const options = chooseSize(simulation, {
    cellTypes: labels.length,
    genes: reference.length,
    bins: 1,
  });
  printComparison(path, measureLabels(labels), measureLabels(simulateLabels(options)));
}

/** Chooses as many cell types, genes and bins as the real data have, unless the user gave other numbers. */
function chooseSize(
  { options, given }: ComparedSimulation,
  real: { readonly cellTypes: number; readonly genes: number; readonly bins: number },
): SimulationOptions {
  return {
    ...options,
    cellTypes: given.has("cellTypes") ? options.cellTypes : real.cellTypes,
    genes: given.has("genes") ? options.genes : real.genes,
    bins: given.has("bins") ? options.bins : real.bins,
    newCellTypes: 1,
    newGenes: 0,
  };
}

/** Simulates labels without counts, `[cellType][gene]`. */
function simulateLabels(options: SimulationOptions): number[][] {
  const byCellType = Map.groupBy(simulate(options).labels("train"), ({ cellType }) => cellType);
  return Array.from(byCellType.values(), (rows) => rows.map(({ label }) => label));
}

function printComparison(
  path: string,
  real: readonly Statistic[],
  simulated: readonly Statistic[],
): void {
  const compared = compareStatistics(real, simulated);
  if (compared.length === 0) {
    throw new ContractError(
      `Cannot compare: ${path} has neither labels nor counts of the marks that are simulated`,
    );
  }
  console.log(`\nreal: ${path}`);
  for (const line of formatComparison(compared)) console.log(line);
}
