/**
 * The best predictions of labels: what is expected of a label, given what an oracle knows.
 *
 * @module
 */

import { expectedLevel, noiseOf, REFERENCE_OWN, referenceRpkmOf, restOf } from "./expression.ts";
import { type Gene, PLASTICITY_SPREAD } from "./genes.ts";
import { labelOf, levelOf, referenceRpkmAt, rpkmAt } from "./levels.ts";
import type { SimulationSettings } from "./options.ts";
import { meanAroundPlace, normalNodes } from "./quadrature.ts";

/** Activities at which the first oracle's predictions are tabulated; between them it follows lines. */
const TABLE = { from: -6, to: 6, steps: 80 };

const PLASTICITY_NODES = normalNodes(9);
const REFERENCE_NODES = normalNodes(17);
const NOISE_NODES = normalNodes(25);

/** The oracles of a simulation. */
export class Oracles {
  readonly #settings: SimulationSettings;
  readonly #table: Float64Array;
  /** Tables of the oracle that also reads the DNA, by the part of the level that this says: a few sites give few of them. */
  readonly #byRegulation = new Map<number, Float64Array>();
  /** RPKM of the reference, and the level at which a cell type has as many, by gene. */
  readonly #references = new WeakMap<Gene, Reference>();

  constructor(settings: SimulationSettings) {
    this.#settings = settings;
    this.#table = tabulate(settings, { share: 0, level: 0 });
  }

  /** Computes the expected label given the activity, which is all that the marks show. */
  fromMarks(activity: number): number {
    return lookUp(this.#table, activity);
  }

  /** Computes the expected label given the activity and what the gene's DNA says of the level. */
  fromMarksAndSequence({ regulation }: Pick<Gene, "regulation">, activity: number): number {
    const share = this.#settings.sequences?.effect ?? 0;
    if (share === 0) return this.fromMarks(activity);
    let table = this.#byRegulation.get(regulation);
    if (table === undefined) {
      table = tabulate(this.#settings, { share, level: Math.sqrt(share) * regulation });
      this.#byRegulation.set(regulation, table);
    }
    return lookUp(table, activity);
  }

  /** Computes the expected label given the activity and everything about the gene: all but the noise is known. */
  fromMarksAndGene(gene: Gene, activity: number): number {
    const settings = this.#settings;
    const mean = expectedLevel(gene, activity, settings);
    return expectLabel({ mean, deviation: noiseOf(gene, settings) }, {
      settings,
      reference: this.#referenceOf(gene),
    });
  }

  #referenceOf(gene: Gene): Reference {
    const known = this.#references.get(gene);
    if (known !== undefined) return known;
    const reference = makeReference(referenceRpkmOf(gene, this.#settings));
    this.#references.set(gene, reference);
    return reference;
  }
}

/** The part of the hidden level that an oracle knows. */
interface KnownLevel {
  /** Its share of the level's variance. */
  readonly share: number;
  /** What it adds to the level. */
  readonly level: number;
}

function tabulate(settings: SimulationSettings, known: KnownLevel): Float64Array {
  const { from, to, steps } = TABLE;
  return Float64Array.from(
    { length: steps + 1 },
    (_, i) => expectFromActivity(from + (to - from) * i / steps, { settings, known }),
  );
}

function lookUp(table: Float64Array, activity: number): number {
  const { from, to, steps } = TABLE;
  const place = Math.min(steps, Math.max(0, (activity - from) / (to - from) * steps));
  const left = Math.min(steps - 1, Math.floor(place));
  const share = place - left;
  return (1 - share) * table[left]! + share * table[left + 1]!;
}

/** A gene's expression in the reference. */
interface Reference {
  readonly rpkm: number;
  /** The level at which a cell type has the same RPKM. */
  readonly level: number;
}

function makeReference(rpkm: number): Reference {
  return { rpkm, level: levelOf(rpkm) };
}

/** A normal distribution. */
interface Normal {
  readonly mean: number;
  readonly deviation: number;
}

/** Computes the expected label of a gene whose level has the given distribution. */
function expectLabel(
  { mean, deviation }: Normal,
  { settings, reference }: {
    readonly settings: SimulationSettings;
    readonly reference: Reference;
  },
): number {
  const { expressionTransform } = settings;
  const referenceRpkm = reference.rpkm;
  const labelAt = (normal: number) =>
    labelOf(expressionTransform, { rpkm: rpkmAt(mean + deviation * normal), referenceRpkm });
  if (deviation === 0) return labelAt(0);
  if (expressionTransform === "signed-log-difference") {
    return meanAroundPlace((reference.level - mean) / deviation, labelAt);
  }
  return NOISE_NODES.places.reduce(
    (sum, place, i) => sum + NOISE_NODES.weights[i]! * labelAt(place),
    0,
  );
}

interface OracleOptions {
  readonly settings: SimulationSettings;
  readonly known: KnownLevel;
}

/**
 * Computes the expected label given the activity z and a part of the hidden level. Given z and the gene's plasticity s, the levels in the cell type
 * and in the reference are jointly normal; s is averaged over its distribution given z.
 */
function expectFromActivity(activity: number, { settings, known }: OracleOptions): number {
  const { programmeShare, particularShare } = settings;
  const changing = programmeShare + particularShare;
  let sum = 0;
  let total = 0;
  PLASTICITY_NODES.places.forEach((normal, i) => {
    const plasticity = Math.exp(PLASTICITY_SPREAD * normal - PLASTICITY_SPREAD ** 2);
    const variance = restOf(changing, 0) + plasticity ** 2 * changing;
    const weight = PLASTICITY_NODES.weights[i]! *
      Math.exp(-0.5 * activity ** 2 / variance) / Math.sqrt(variance);
    sum += weight * expectGivenPlasticity({ activity, plasticity }, { settings, known });
    total += weight;
  });
  return sum / total;
}

function expectGivenPlasticity(
  { activity, plasticity }: { readonly activity: number; readonly plasticity: number },
  { settings, known }: OracleOptions,
): number {
  const { visibleShare, programmeShare, particularShare } = settings;
  const hiddenShare = settings.hiddenShare - known.share;
  const signalled = Math.sqrt(visibleShare) * activity;
  const mean = signalled + known.level;
  const variance = hiddenShare + noiseOf({ plasticity }, settings) ** 2;
  if (settings.expressionTransform === "log2p1") {
    return expectLabel({ mean, deviation: Math.sqrt(variance) }, {
      settings,
      reference: { rpkm: 0, level: 0 },
    });
  }
  const baseline = restOf(programmeShare, particularShare);
  const changing = plasticity ** 2 * (1 - baseline);
  const lasting = baseline / (baseline + changing);
  const own = REFERENCE_OWN * plasticity *
    Math.sqrt(restOf(visibleShare * baseline, settings.hiddenShare));
  const reference = {
    mean: signalled * lasting + known.level,
    variance: visibleShare * baseline * (1 - lasting) + hiddenShare + own ** 2,
  };
  // How the level follows the reference's: both have the gene's hidden level.
  const slope = reference.variance === 0 ? 0 : hiddenShare / reference.variance;
  const deviation = Math.sqrt(Math.max(0, variance - slope * hiddenShare));
  return REFERENCE_NODES.places.reduce((sum, normal, i) => {
    const above = Math.sqrt(reference.variance) * normal;
    const expected = expectLabel({ mean: mean + slope * above, deviation }, {
      settings,
      reference: makeReference(referenceRpkmAt(reference.mean + above)),
    });
    return sum + REFERENCE_NODES.weights[i]! * expected;
  }, 0);
}
