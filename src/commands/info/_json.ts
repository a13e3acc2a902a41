/** JSON files: records, models, settings and results of runs, and lists of objects by line. */

import { describeJsonFault } from "../../base/json_fault.ts";
import { showValue } from "../../base/show_value.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { parseSpec } from "../../model/mod.ts";
import { parseRecord } from "../../record.ts";
import { parseSpace } from "../../search/mod.ts";
import { recordFacts } from "./_record.ts";
import type { Head } from "./_head.ts";
import { type Description, listFacts } from "./facts.ts";

/** A larger file is described by its start. */
const MOST_BYTES = 2 ** 24;

/** Describes a file that starts as JSON does; `undefined` if it is not JSON. */
export async function describeJson(
  source: ByteSource,
  head: Head,
): Promise<Description | undefined> {
  if (!/^\s*[{[]/.test(head.text)) return undefined;
  const lines = describeLines(head.text);
  if (lines !== undefined) return lines;
  if (source.size > MOST_BYTES || head.compression !== "none") return undefined;
  const bytes = head.isWhole ? head.bytes : await source.read(0, source.size);
  const text = new TextDecoder().decode(bytes);
  try {
    return describeValue(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    return {
      kind: "json",
      what: "a JSON file",
      facts: [],
      problem: `Cannot read JSON: ${describeJsonFault(text, error)}`,
    };
  }
}

/** Describes a file with an object in each of its first lines. */
function describeLines(text: string): Description | undefined {
  const [first = "", second = ""] = text.split("\n", 2);
  const [one, other] = [parseObject(first), parseObject(second)];
  if (one === undefined || (other === undefined && !("prediction" in one))) return undefined;
  const columns = Object.keys(one);
  const isTable = "prediction" in one;
  return {
    kind: isTable ? "predictions" : "json-lines",
    what: isTable ? "a table of predictions, as lines of JSON" : "lines of JSON",
    facts: listFacts([["columns", "fields", columns, columns.slice(0, 20).join(", ")]]),
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What an object is by its fields; the first that all are there decides. */
const KINDS: readonly (readonly [fields: readonly string[], kind: string, what: string])[] = [
  [["modelTopology", "weightsManifest"], "model-file", "the layers of a saved model (model.json)"],
  [
    ["command", "method", "null", "dataRecord"],
    "explanation-settings",
    "what was explained, and how (explain.json)",
  ],
  [["command", "data", "samples"], "run-settings", "the settings of a run (config.json)"],
  [["regimes", "mix", "confidence"], "regimes", "errors by regime (regimes.json)"],
  [
    ["options", "bestReachable"],
    "simulation-truth",
    "the truth of simulated data (truth.json of simulate)",
  ],
  [["zarr_format"], "zarr-node", "a node of a Zarr hierarchy"],
  [["mse", "pearson"], "metrics", "metrics of a model"],
];

function describeValue(value: unknown): Description {
  if (Array.isArray(value)) {
    return {
      kind: "json",
      what: "a JSON list",
      facts: listFacts([["items", "items", value.length]]),
    };
  }
  if (!isObject(value)) {
    return { kind: "json", what: `the JSON value ${showValue(value)}`, facts: [] };
  }
  const parsed = describeParsed(value);
  if (parsed !== undefined) return parsed;
  const fields = Object.keys(value);
  const shown = listFacts([["fields", "fields", fields, fields.slice(0, 12).join(", ")]]);
  if (typeof value.id === "string" && value.id.startsWith("histone_") && "plot_type" in value) {
    return { kind: "multiqc", what: "a file for MultiQC's report", facts: shown };
  }
  const known = KINDS.find(([wanted]) => wanted.every((field) => field in value));
  const [, kind, what] = known ?? [[], "json", "a JSON object"];
  return { kind, what, facts: shown };
}

/** Describes what one of the package's own parsers takes. */
function describeParsed(value: Record<string, unknown>): Description | undefined {
  if ("assembly" in value && "countingRule" in value) {
    return {
      kind: "data-record",
      what: "a data record",
      ...tryParse(() => recordFacts(parseRecord(value))),
    };
  }
  if ("blocks" in value) {
    return {
      kind: "search-space",
      what: "a space of models to search",
      ...tryParse(() => {
        parseSpace(value);
        return [];
      }),
    };
  }
  if (!("layers" in value || "branches" in value)) return undefined;
  return {
    kind: "model-spec",
    what: "a model to train",
    ...tryParse(() => {
      const spec = parseSpec(value);
      return listFacts([["name", "name", "name" in spec ? String(spec.name) : undefined]]);
    }),
  };
}

function tryParse(facts: () => Description["facts"]): Pick<Description, "facts" | "problem"> {
  try {
    return { facts: facts() };
  } catch (error) {
    return { facts: [], problem: (error as Error).message };
  }
}
