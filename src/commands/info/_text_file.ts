/** A text file that is described. */

import { formatBytes } from "../../base/byte_count.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import type { Head } from "./_head.ts";
import { type Description, type Fact, listFacts } from "./facts.ts";

/** A larger file is described by its start; gzip inflates to some ten times as much. */
const MOST_BYTES = { none: 2 ** 28, gzip: 2 ** 26, bgzip: 2 ** 26 } as const;

/** A text file, and what is known of it. */
export interface TextFile {
  readonly path: string;
  readonly source: ByteSource;
  readonly head: Head;
  /** The first lines that are neither empty nor comments. */
  readonly lines: readonly string[];
}

/** Matches digits alone. */
export const DIGITS = /^\d+$/;
/** Matches a number. */
export const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Whether a file may be read whole. */
export function isSmall({ source, head }: TextFile): boolean {
  return source.size <= MOST_BYTES[head.compression];
}

/** Facts of a whole file, or a sentence on why it has no facts. */
export async function factsOf(
  file: TextFile,
  read: () => Promise<readonly Fact[]>,
): Promise<Pick<Description, "facts" | "problem">> {
  if (!isSmall(file)) {
    const text = `its start only, since it has ${formatBytes(file.source.size)}`;
    return { facts: listFacts([["read", "read", "start", text]]) };
  }
  try {
    return { facts: await read() };
  } catch (error) {
    return { facts: [], problem: (error as Error).message };
  }
}
