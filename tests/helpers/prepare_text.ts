/** Runs `prepare` on files that are given as texts. */

import { readCompetition } from "../../src/io/competition.ts";
import type { PackedColumns } from "../../src/io/columns.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { type CommandResult, runTask, withDirectory } from "./command.ts";

/** What `prepare` printed and wrote. */
export interface PreparedText extends CommandResult {
  /** Reads the data set that it wrote. */
  data(): Promise<PackedColumns>;
  /** The text of a file that it wrote. */
  text(name: string): string;
}

/**
 * Runs `prepare` on one file of reads, `r.bed`, of the mark H3K4me3 in liver.
 *
 * @param files The texts of files by name, in a directory of their own. Flags whose value is one of these names, or ends
 * in a dot and an ending of two letters or more, name files of that directory.
 * @param flags Further flags.
 * @param options Whether `--genes genes.gtf` is given.
 */
export async function prepareText(
  files: Readonly<Record<string, string>>,
  flags: readonly string[],
  { genes = true }: { readonly genes?: boolean } = {},
): Promise<PreparedText> {
  const written = new Map<string, Uint8Array<ArrayBuffer>>();
  let result: CommandResult = { code: -1, stdout: "", stderr: "" };
  await withDirectory(async (directory) => {
    const all = { ...files, "sheet.tsv": "cell_type\tmark\tpath\nliver\tH3K4me3\tr.bed\n" };
    for (const [name, text] of Object.entries(all)) {
      await Deno.writeTextFile(`${directory}/${name}`, text);
    }
    const place = (word: string) =>
      /^[\w.]+\.[a-z]{2,}$/.test(word) ? `${directory}/${word}` : word;
    const named = genes ? ["--genes", "genes.gtf"] : [];
    const words = ["--samples", "sheet.tsv", ...named, "--signal", "reads", "--out", "o.npz"];
    result = await runTask("prepare", ...[...words, ...flags].map(place));
    for (const { name } of Deno.readDirSync(directory)) {
      written.set(name, await Deno.readFile(`${directory}/${name}`));
    }
  });
  return {
    ...result,
    data() {
      const bytes = written.get("o.npz");
      if (bytes === undefined) throw new Error(`prepare wrote nothing: ${result.stderr}`);
      return readCompetition(bytesSource(bytes, "o.npz"));
    },
    text: (name) => new TextDecoder().decode(written.get(name)),
  };
}
