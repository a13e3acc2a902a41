/** `deno task info` says what files are, and what they hold. */

import { formatBytes } from "../base/byte_count.ts";
import { showCalls } from "./_place.ts";
import type { CommandCall, CommandDefinition } from "./flags.ts";
import type { FactValue } from "./info/facts.ts";
import { describePath, type FileDescription } from "./info/recognise.ts";

interface InfoFlags {
  readonly json: boolean;
}

/** Command `info`. */
export const command: CommandDefinition<InfoFlags> = {
  name: "info",
  summary:
    "Says what files and folders are and what they hold, for everything that this package reads or writes: data " +
    "sets, runs, models, reads, signal, annotations, expression, sample sheets. It looks at the content first, and of " +
    "large files at headers and indexes only. The exit code is 1 if one is damaged or of no known kind.",
  examples: [
    ["deno task info train.npz", "cell types, genes, bins, the record and a digest"],
    [
      "deno task info liver.bam genes.gtf.gz rpkm.tsv sheet.tsv",
      "sequences and assembly, index, genes, columns",
    ],
    ["deno task info --json runs/first", "the same as JSON, an object for each path"],
  ],
  declare: (command) =>
    command
      .argument("<path...>", "files or folders")
      .option("--json", "print JSON: a list with an object for each path", false),
  run: describe,
};

/** Kinds that make the exit code 1. */
const UNKNOWN = ["unknown", "unreadable"];

async function describe({ json }: InfoFlags, { args }: CommandCall): Promise<void> {
  const descriptions: FileDescription[] = [];
  for (const path of args) {
    const description = withCalls(await describePath(path));
    descriptions.push(description);
    if (!json) console.log(formatText(description));
  }
  if (json) await printJson(descriptions.map(toJson));
  const isBad = descriptions.some(({ kind, problem }) =>
    UNKNOWN.includes(kind) || problem !== undefined
  );
  if (isBad) Deno.exit(1);
}

/** The description of what is wrong with a path, with commands as the user calls them. */
function withCalls(description: FileDescription): FileDescription {
  const { what, problem } = description;
  if (problem === undefined) return description;
  return { ...description, what: showCalls(what), problem: showCalls(problem) };
}

function formatText({ path, kind, what, sizeBytes, facts, problem }: FileDescription): string {
  if (kind === "unreadable") return `${path}: ${what}`;
  const size = sizeBytes === undefined ? "" : `, ${formatBytes(sizeBytes)}`;
  if (problem !== undefined && facts.length === 0) return `${path}: ${what}${size}. ${problem}`;
  const width = facts.reduce((most, { name }) => Math.max(most, name.length), 0);
  return [
    `${path}: ${what}${size}`,
    ...facts.map(({ name, value, text }) =>
      `  ${name.padEnd(width)}  ${text ?? formatValue(value)}`
    ),
    ...problem === undefined ? [] : [`  ${problem}`],
  ].join("\n");
}

function formatValue(value: FactValue): string {
  if (typeof value === "object") return JSON.stringify(value);
  return Number.isInteger(value) ? value.toLocaleString("en-US") : String(value);
}

function toJson({ path, kind, what, sizeBytes, facts, problem }: FileDescription) {
  return {
    path,
    kind,
    description: what,
    sizeBytes,
    problem,
    ...Object.fromEntries(facts.map(({ key, value }) => [key, value])),
  };
}

/** Prints JSON as it is: the console would break its long lines. */
async function printJson(value: unknown): Promise<void> {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  await new Blob([text]).stream().pipeTo(Deno.stdout.writable, { preventClose: true });
}
