import { ok } from "node:assert";
import { RandomStream } from "../../src/random.ts";
import { makeCellType } from "../../src/simulate/cell_types.ts";
import {
  drawSample,
  expectedLevel,
  noiseOf,
  referenceRpkmOf,
} from "../../src/simulate/expression.ts";
import { type Gene, makeGenes } from "../../src/simulate/genes.ts";
import { labelOf, rpkmAt } from "../../src/simulate/levels.ts";
import {
  resolveSimulationOptions,
  SIMULATED_EXPRESSIONS,
  type SimulationSettings,
} from "../../src/simulate/options.ts";
import { Oracles } from "../../src/simulate/oracles.ts";

/** The expected label of a gene at an activity by 20,001 equal steps of the noise: slow, but obviously right. */
function integrate(gene: Gene, activity: number, settings: SimulationSettings): number {
  const mean = expectedLevel(gene, activity, settings);
  const deviation = noiseOf(gene, settings);
  const referenceRpkm = referenceRpkmOf(gene, settings);
  let sum = 0;
  let total = 0;
  for (let i = -10_000; i <= 10_000; i++) {
    const normal = i * 6e-4;
    const weight = Math.exp(-0.5 * normal * normal);
    const rpkm = rpkmAt(mean + deviation * normal);
    sum += weight * labelOf(settings.expressionTransform, { rpkm, referenceRpkm });
    total += weight;
  }
  return sum / total;
}

Deno.test("the second oracle's predictions are those of a slow integral", () => {
  const genes = makeGenes(3, "training", { count: 300 });
  for (const expressionTransform of SIMULATED_EXPRESSIONS) {
    const settings = resolveSimulationOptions({ expressionTransform });
    const oracles = new Oracles(settings);
    const cellType = makeCellType("E003", settings);
    let worst = 0;
    for (const gene of genes) {
      const { activity } = drawSample(gene, cellType, settings);
      const exact = integrate(gene, activity, settings);
      worst = Math.max(worst, Math.abs(oracles.fromMarksAndGene(gene, activity) - exact));
    }
    // The standard deviation of the noise in labels is about 0.5 and 1.
    ok(worst < 0.02, `${expressionTransform}: ${worst}`);
  }
});

Deno.test("the first oracle's predictions are the means of many genes of one activity", () => {
  const genes = makeGenes(4, "training", { count: 40_000 });
  for (const expressionTransform of SIMULATED_EXPRESSIONS) {
    const settings = resolveSimulationOptions({ expressionTransform });
    const oracles = new Oracles(settings);
    const stream = new RandomStream([1, 2]);
    for (const wanted of [-1.5, -0.5, 0, 0.5, 1.5]) {
      // Given the activity, a gene's label depends on its baseline: genes whose own activity is close by are taken.
      const labels = genes.flatMap((gene) => {
        const { programmeShare, particularShare } = settings;
        const changing = programmeShare + particularShare;
        const activity = Math.sqrt(1 - changing) * gene.baseline +
          gene.plasticity * Math.sqrt(changing) * stream.normal();
        if (Math.abs(activity - wanted) > 0.1) return [];
        const level = expectedLevel(gene, activity, settings) +
          noiseOf(gene, settings) * stream.normal();
        const referenceRpkm = referenceRpkmOf(gene, settings);
        return [labelOf(expressionTransform, { rpkm: rpkmAt(level), referenceRpkm })];
      });
      const mean = labels.reduce((sum, label) => sum + label, 0) / labels.length;
      const squares = labels.reduce((sum, label) => sum + (label - mean) ** 2, 0);
      const error = Math.sqrt(squares) / labels.length;
      const predicted = oracles.fromMarks(wanted);
      // 0.02: the labels' curve within the span of activities.
      ok(
        Math.abs(predicted - mean) < 4 * error + 0.02,
        `${expressionTransform} at ${wanted}: ${predicted}, mean ${mean} ± ${error}`,
      );
    }
  }
});
