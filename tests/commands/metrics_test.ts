import { deepStrictEqual, match } from "node:assert";
import { warnIfConstant } from "../../src/commands/_metrics.ts";
import { Dataset } from "../../src/data/dataset.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { packedSignal } from "../helpers/packed.ts";

const { train: COLUMNS } = simulateColumns({ cellTypes: 2, genes: 4, newGenes: 1, bins: 20 });

function warningsOf(predicted: readonly number[], data: Dataset): string {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (text: string) => void warnings.push(text);
  try {
    warnIfConstant(predicted, data);
  } finally {
    console.warn = warn;
  }
  return warnings.join("\n");
}

Deno.test("predictions that are all equal are explained by the signal where that does not differ", () => {
  const data = new Dataset(COLUMNS);
  const { length } = packedSignal(COLUMNS);
  const silent = new Dataset({ ...COLUMNS, signal: new Float32Array(length) });
  const same = new Dataset({ ...COLUMNS, signal: new Float32Array(length).fill(2) });
  deepStrictEqual(warningsOf([1, 2], silent), "");
  match(warningsOf([1, 1], data), /^warning: every prediction is 1\. The model did not learn/);
  match(
    warningsOf([1, 1], silent),
    /prediction is 1\. All signal of these data is 0, so .* windows/,
  );
  match(warningsOf([1, 1], same), /prediction is 1\. All samples .* have the same signal/);
});
