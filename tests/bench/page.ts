/** Writes tables into a page, between comments that name them. */

import { ContractError } from "../../src/errors.ts";
import { writeFileAtomic } from "../../src/files/file.ts";

/** A part of a page, and the Markdown that belongs there. */
export interface PagePart {
  /** The name in the comment. */
  readonly id: string;
  readonly text: string;
}

/**
 * Replaces what stands between `<!-- PROGRAM ID -->` and `<!-- end ID -->`, as in `<!-- bench training -->`.
 *
 * @param page The page.
 * @param parts What belongs there.
 * @param program The program that writes these parts.
 * @throws {ContractError} If the page lacks one of the comments.
 */
export function fillParts(page: string, parts: readonly PagePart[], program: string): string {
  return parts.reduce((text, { id, text: part }) => {
    const [start, end] = [`<!-- ${program} ${id} -->\n`, `\n<!-- end ${id} -->`];
    const from = text.indexOf(start);
    const to = text.indexOf(end, from);
    if (from < 0 || to < 0) {
      throw new ContractError(
        `Cannot write a table into the page: found no "${
          (from < 0 ? start : end).trim()
        }", expected it before or ` +
          `after the table of ${id}`,
      );
    }
    return `${text.slice(0, from)}${start}\n${part}\n${text.slice(to)}`;
  }, page);
}

/** Replaces parts of a page on disk. */
export async function writeParts(
  path: string,
  parts: readonly PagePart[],
  program: string,
): Promise<void> {
  await writeFileAtomic(path, fillParts(await Deno.readTextFile(path), parts, program));
}
