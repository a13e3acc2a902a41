/**
 * Samples as a stream of Arrow: columns `gene` and `cellType` of strings, and `signal`, lists with the counts
 * of a sample, `[bin, mark]`. The answer has `gene`, `cellType`, `expression` and what else is known.
 */

import { makeTable, Table, tableToIPC, Utf8, type Vector, vectorFromArray } from "apache-arrow";
import type { Dataset } from "@waka/histone/data";
import { FormatError } from "@waka/histone/errors";
import type { Sample } from "@waka/histone/training";
import { type ArrowColumns, readArrowStream } from "./arrow_stream.ts";
import type { Answer, Format, ReadOptions } from "./format.ts";
import { checkNumber, datasetOf } from "./samples.ts";

/** Streams of Arrow's own format. */
export const ARROW_FORMAT: Format = {
  types: ["application/vnd.apache.arrow.stream"],
  read(body, options: ReadOptions): Dataset {
    return datasetOf(samplesOf(columnsOf(body, options)), options);
  },
  write({ data, details }: Answer): Uint8Array<ArrayBuffer> {
    const { predictions, spread, intervals } = details;
    const numbers = makeTable({
      expression: predictions,
      ...(spread && { spread }),
      ...(intervals && { low: intervals.low, high: intervals.high }),
    });
    const positions = Array.from(predictions.keys());
    const columns = {
      gene: strings(positions.map((i) => data.geneOf(i))),
      cellType: strings(positions.map((i) => data.cellTypeOf(i))),
      ...Object.fromEntries(numbers.schema.names.map((name) => [name, numbers.getChild(name)!])),
      ...(intervals && { regime: strings([...intervals.regimes]) }),
    };
    return tableToIPC(new Table(columns), "stream") as Uint8Array<ArrayBuffer>;
  },
};

function strings(values: readonly string[]): Vector {
  return vectorFromArray(values, new Utf8());
}

function columnsOf(body: Uint8Array<ArrayBuffer>, { maxSamples }: ReadOptions): ArrowColumns {
  try {
    return readArrowStream(body, (rows) => checkNumber(rows, maxSamples));
  } catch (error) {
    if (error instanceof TypeError) return fail(error.message);
    if (!(error instanceof RangeError)) throw error;
    return fail(`the stream of Arrow is damaged: ${error.message}`);
  }
}

function samplesOf({ strings, lists }: ArrowColumns): Sample[] {
  const known = [...strings.keys(), ...lists.keys()];
  const [genes, cellTypes, signals] = [
    strings.get("gene"),
    strings.get("cellType"),
    lists.get("signal"),
  ];
  if (genes === undefined || cellTypes === undefined || signals === undefined || known.length > 3) {
    fail(
      `found the columns ${
        known.map((name) => `"${name}"`).join(", ") || "of nothing"
      }, expected ` +
        "gene and cellType of strings, and signal of lists of numbers",
    );
  }
  if (genes.length !== signals.length || cellTypes.length !== signals.length) {
    fail(`found ${genes.length}, ${cellTypes.length} and ${signals.length} rows in the columns`);
  }
  return signals.map((values, row) => {
    const isLong = values instanceof BigInt64Array || values instanceof BigUint64Array;
    const signal = isLong ? Array.from(values, Number) : values;
    return { gene: genes[row]!, cellType: cellTypes[row]!, signal };
  });
}

function fail(what: string): never {
  throw new FormatError(`Cannot read the request: ${what}`, { file: "body" });
}
