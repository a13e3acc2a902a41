/** Files of reads and signal: BAM, CRAM, bigWig, and their indexes. */

import type { ByteSource } from "../../files/byte_source.ts";
import { modificationTime, openFile, pathKind } from "../../files/file.ts";
import { hasBgzipEnd } from "../../genome/gunzip.ts";
import { indexNames } from "../../genome/mod.ts";
import { isIndexOlder } from "../../genome/signal/open_signal.ts";
import {
  type HeaderFacts,
  readHeaderFacts,
  readIndexFacts,
} from "../../genome/signal/file_facts.ts";
import { contigFacts } from "./_contigs.ts";
import { type Description, type Fact, grouped, listFacts, someOf } from "./facts.ts";

const WHAT = {
  bam: "a BAM file of aligned reads",
  cram: "a CRAM file of aligned reads",
  bigwig: "a bigWig file of signal",
} as const;

/** Describes a BAM, CRAM or bigWig file by its header and its index. */
export async function describeSignal(
  path: string,
  source: ByteSource,
  format: keyof typeof WHAT,
): Promise<Description> {
  const header = await readHeaderFacts(source, format);
  const index = format === "bigwig" ? [] : await indexFacts(path, format);
  const isWhole = format !== "bam" || await hasBgzipEnd(source);
  return {
    kind: format,
    what: WHAT[format],
    facts: [...headerFacts(header), ...index],
    ...!isWhole && {
      problem: "It lacks the empty block that BAM files end with: it may have been cut short.",
    },
  };
}

function headerFacts({ contigs, sortOrder }: HeaderFacts): Fact[] {
  const names = contigs.map(({ name }) => name);
  return [...contigFacts(names, contigs), ...listFacts([["sortOrder", "sorted by", sortOrder]])];
}

/** Says whether there is an index, whether it is as new as its file, and how many reads it counts. */
export async function indexFacts(path: string, format: "bam" | "cram" | "text"): Promise<Fact[]> {
  const named = format === "text" ? path : /\.(bam|cram)$/i.test(path) ? path : `${path}.${format}`;
  const name = await firstFile(indexNames(named));
  if (name === undefined) {
    return listFacts([[
      "index",
      "index",
      null,
      format === "text" ? "none, so it is read whole" : "missing",
    ]]);
  }
  const isFresh = !isIndexOlder(
    { name: path, modified: await modificationTime(path) },
    { name, modified: await modificationTime(name) },
  );
  const facts = listFacts([
    [
      "index",
      "index",
      { path: name, isFresh },
      isFresh ? name : `${name}, older than the file: make it again if that was changed since`,
    ],
  ]);
  return [...facts, ...await countFacts(name, format === "cram")];
}

async function countFacts(name: string, isOfCram: boolean): Promise<Fact[]> {
  const file = await openFile(name);
  try {
    const { records } = await readIndexFacts(file, { isOfCram });
    return listFacts([["reads", "mapped reads", records, grouped(records)]]);
  } catch (error) {
    return listFacts([["indexProblem", "index", (error as Error).message]]);
  } finally {
    file.close();
  }
}

async function firstFile(names: readonly string[]): Promise<string | undefined> {
  for (const name of names) if (await pathKind(name) === "file") return name;
  return undefined;
}

/** Describes an index by itself. */
export async function describeIndex(source: ByteSource, type: string): Promise<Description> {
  const { records, names } = await readIndexFacts(source, { isOfCram: false });
  return {
    kind: "index",
    what: `an index (${type})`,
    facts: listFacts([
      [
        "reads",
        "records",
        records,
        grouped(records),
      ],
      ["contigs", "sequences", names?.length, names && someOf(names)],
    ]),
  };
}
