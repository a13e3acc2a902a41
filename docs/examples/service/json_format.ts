/** Samples as JSON: `[{ "gene": "ENSG00000000419", "cellType": "liver", "signal": [0, 3, …] }]`. */

import type { Dataset } from "@waka/histone/data";
import { FormatError } from "@waka/histone/errors";
import type { Sample } from "@waka/histone/training";
import type { Answer, Format, ReadOptions } from "./format.ts";
import { checkNumber, datasetOf, tooMany } from "./samples.ts";
import { countObjects } from "./json_objects.ts";

const FIELDS: readonly string[] = ["gene", "cellType", "signal", "sequence"];
const decoder = new TextDecoder("utf-8", { fatal: true });
const encoder = new TextEncoder();

/** Samples as objects. */
export const JSON_FORMAT: Format = {
  types: ["application/json"],
  read(body, options: ReadOptions): Dataset {
    checkParts(body, options.maxSamples);
    const value = parse(body);
    if (!Array.isArray(value)) fail(`found ${nameOf(value)}, expected an array of samples`);
    return datasetOf(value.map(checkSample), options);
  },
  write({ data, details }: Answer): Uint8Array<ArrayBuffer> {
    const { predictions, spread, intervals } = details;
    const answers = Array.from(predictions, (expression, i) => ({
      gene: data.geneOf(i),
      cellType: data.cellTypeOf(i),
      expression,
      ...(spread && { spread: spread[i] }),
      ...(intervals && {
        low: intervals.low[i],
        high: intervals.high[i],
        regime: intervals.regimes[i],
      }),
    }));
    return encoder.encode(JSON.stringify(answers));
  },
};

/**
 * Refuses a text of many objects or lists before it is parsed: millions of them take a hundred times their text, and seconds
 * in which no other request is answered. A sample is an object with a list, and all of them stand in one list.
 */
function checkParts(body: Uint8Array, maxSamples: number): void {
  const { objects, lists } = countObjects(body);
  checkNumber(objects, maxSamples);
  if (lists <= maxSamples + 1) return;
  throw tooMany(
    `Found ${lists} lists, expected at most ${maxSamples + 1}: one for each sample in one for all.`,
  );
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(body));
  } catch (error) {
    return fail(
      error instanceof SyntaxError ? "found no valid JSON" : "found bytes that are no UTF-8",
    );
  }
}

function checkSample(value: unknown, index: number): Sample {
  if (!isRecord(value)) fail(`sample ${index} is ${nameOf(value)}, expected an object`);
  const unknown = Object.keys(value).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) {
    fail(`sample ${index} has a field "${unknown}", expected ${FIELDS.join(", ")}`);
  }
  const { gene, cellType, signal, sequence } = value;
  if (typeof gene !== "string") {
    fail(`gene of sample ${index} is ${nameOf(gene)}, expected a string`);
  }
  if (typeof cellType !== "string") {
    fail(`cellType of sample ${index} is ${nameOf(cellType)}, expected a string`);
  }
  if (sequence !== undefined && typeof sequence !== "string") {
    fail(`sequence of sample ${index} is ${nameOf(sequence)}, expected a string`);
  }
  return { gene, cellType, signal: checkSignal(signal, index), sequence };
}

function checkSignal(signal: unknown, index: number): number[] {
  if (!Array.isArray(signal)) {
    fail(`signal of sample ${index} is ${nameOf(signal)}, expected an array`);
  }
  // A loop, since `every` takes three times as long.
  for (let i = 0; i < signal.length; i++) {
    if (typeof signal[i] === "number") continue;
    fail(`value ${i} of sample ${index} is ${nameOf(signal[i])}, expected a number`);
  }
  return signal;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function nameOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `of type ${typeof value}`;
}

function fail(what: string): never {
  throw new FormatError(`Cannot read the request: ${what}`, { file: "body" });
}
