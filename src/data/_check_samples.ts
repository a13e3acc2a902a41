/** What programs without types, and rows of JSON, give as samples by mistake: it is refused before anything is made of it. */

import { typedArrayName } from "../base/arrays.ts";
import { kindOfValue } from "../base/kind_of_value.ts";
import { isDetached } from "../base/kinds.ts";
import { refuseUnknownNames } from "../base/option_names.ts";
import { showValue } from "../base/show_value.ts";
import { ContractError } from "../errors.ts";
import { PairNumbers } from "./_pair_numbers.ts";
import type { Sample } from "./sample.ts";

const FIELDS = Object.keys(
  { gene: true, cellType: true, signal: true, sequence: true, label: true } satisfies Record<
    keyof Sample,
    true
  >,
);

/**
 * The samples as a list.
 *
 * @throws {TypeError} If this is something else.
 */
export function listSamples(samples: Iterable<Sample>): readonly Sample[] {
  const { [Symbol.iterator]: iterator, [Symbol.asyncIterator]: later } = Object(samples);
  if (typeof iterator === "function" && typeof samples === "object") return [...samples];
  const advice = typeof later === "function" ? "; collect them first, with for await" : "";
  throw new TypeError(
    `Cannot make samples: found ${kindOfValue(samples)}, expected an array of samples${advice}`,
  );
}

/** Refuses samples that lack a part, or have something else in its place. */
export function checkSamples(samples: readonly Sample[]): void {
  samples.forEach(checkParts);
  // Rows of one list are spelled alike: where only some have a label, that is refused elsewhere.
  const [first] = samples;
  if (first === undefined) return;
  refuseUnknownNames(first, {
    action: "make samples",
    known: FIELDS,
    mayHaveMore: true,
    canMean: (value, name) => name === "sequence" ? isDna(value) : typeof value === "number",
    what: "field of sample 0",
  });
}

/** Whether a value may be a sequence, as against the name or the accession of one. */
function isDna(value: unknown): boolean {
  return typeof value === "string" && /^[ACGTN]+$/i.test(value);
}

/** Names that are no text would be trained on, and saved before a reader of the model refused them. */
function checkParts(sample: Sample | undefined, position: number): void {
  const { gene, cellType, signal, label } = Object(sample) as Partial<Sample>;
  checkText("gene", gene, position);
  checkText("cell type", cellType, position);
  if (typeof lengthOf(signal, position) !== "number" || typeof signal === "string") {
    failPart("signal", { position, found: showValue(signal), wanted: "an array of numbers" });
  }
  if (ArrayBuffer.isView(signal)) checkTyped(signal, position);
  // JSON has null for no label.
  if ((label ?? undefined) === undefined || typeof label === "number") return;
  failPart("label", { position, found: showValue(label), wanted: "a number" });
}

/** The length of a signal, which a `Proxy` of a typed array cannot say. */
function lengthOf(signal: unknown, position: number): unknown {
  try {
    return Object(signal).length;
  } catch {
    failPart("signal", {
      position,
      found: `${kindOfValue(signal)} in a Proxy, which cannot be read`,
      wanted: "an array of numbers",
    });
  }
}

function checkText(part: string, text: unknown, position: number): void {
  if (typeof text === "string" && text !== "") return;
  failPart(part, { position, found: showValue(text), wanted: "a string" });
}

function failPart(
  part: string,
  { position, found, wanted }: {
    readonly position: number;
    readonly found: string;
    readonly wanted: string;
  },
): never {
  const what = found === '""' ? "empty" : found;
  throw new TypeError(
    `Cannot make samples: ${part} of sample ${position} is ${what}, expected ${
      what === "empty" ? "a name" : wanted
    }`,
  );
}

/** The values of a sample's signal: a copy. Values that are no numbers are refused, which a typed array would take for some. */
export function copySignal(sample: Sample, position: number): Float64Array<ArrayBuffer> {
  const { signal, gene, cellType } = sample;
  if (!ArrayBuffer.isView(signal)) {
    // JSON has `null` for NaN, which would be 0.
    const values: readonly unknown[] = Array.isArray(signal) ? signal : Array.from(signal);
    const found = values.findIndex((value) => typeof value !== "number");
    if (found >= 0) {
      throw new ContractError(
        `Cannot make samples: value ${found} of the signal of sample ${position} (${gene} in ${cellType}) is ` +
          `${showValue(values[found])}, expected a number`,
      );
    }
  }
  return Float64Array.from(signal);
}

function checkTyped(signal: ArrayBufferView, position: number): void {
  const isBig = typedArrayName(signal)?.startsWith("Big") ?? false;
  const lost = isBig
    ? ""
    : isDetached(signal.buffer)
    ? " whose memory was transferred or freed"
    : isOutOfBounds(signal)
    ? " past the end of its buffer, which was shrunk"
    : undefined;
  if (lost === undefined) return;
  const found = `${kindOfValue(signal)}${lost}`;
  failPart("signal", { position, found, wanted: "an array of numbers" });
}

/** Whether the buffer of a typed array became too short for it. Nothing but reading it tells this from one without values. */
function isOutOfBounds(signal: ArrayBufferView): boolean {
  if (signal.byteLength > 0 || typedArrayName(signal) === undefined) return false;
  try {
    Reflect.apply(Uint8Array.prototype.values, signal, []);
    return false;
  } catch {
    return true;
  }
}

/** Refuses two labels of one gene in one cell type: at most one of them is right. */
export function refuseContradictions(
  { cellTypes, cellTypeIndex, genes, geneIndex }: {
    readonly cellTypes: readonly string[];
    readonly cellTypeIndex: Uint32Array;
    readonly genes: readonly string[];
    readonly geneIndex: Uint32Array;
  },
  labels: Float64Array,
): void {
  const samples = labels.length;
  const pairs = new PairNumbers({ firsts: cellTypes.length, seconds: genes.length, samples });
  /** The first sample of a pair, by the pair's number. */
  const firsts = new Uint32Array(samples);
  for (let sample = 0; sample < samples; sample++) {
    const known = pairs.count;
    const number = pairs.numberOf(cellTypeIndex[sample]!, geneIndex[sample]!);
    if (number === known) firsts[number] = sample;
    const first = firsts[number]!;
    // NaN is refused with the number of its row.
    if (!(Math.abs(labels[first]! - labels[sample]!) > 0)) continue;
    const cellType = cellTypes[cellTypeIndex[sample]!];
    throw new ContractError(
      `Cannot make samples: samples ${first} and ${sample} are both ${
        genes[geneIndex[sample]!]
      } in ${cellType}, with the labels ${labels[first]} and ${
        labels[sample]
      }, expected one label. ` +
        `Give replicates names of their own, such as "${cellType} 1"`,
    );
  }
}
