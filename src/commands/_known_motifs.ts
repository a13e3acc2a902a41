/** Reads known motifs, to compare others with. */

import { number, readValue, text } from "../base/field.ts";
import { arrayOf, object } from "../base/fields.ts";
import { FormatError } from "../errors.ts";
import { openFile } from "../files/file.ts";
import { type Motif, readMeme } from "../motifs/mod.ts";
import { readJson } from "../runs/json.ts";
import { checkInputFile } from "./_input_file.ts";

/** What `simulate --sequences` says of the motifs that it planted. */
const TRUTH = object({
  sequences: object({
    motifs: arrayOf(
      object({ name: text, matrix: arrayOf(arrayOf(number)) }, { others: "leave out" }),
    ),
  }, { others: "leave out" }),
}, { others: "leave out" });

/**
 * Reads motifs from a MEME file, or from `truth.json`.
 *
 * @throws {FormatError} If the file is neither, or damaged.
 */
export async function readKnownMotifs(path: string): Promise<Motif[]> {
  await checkInputFile("--match", path);
  if (!await beginsWithBrace(path)) return await readMeme(path);
  const fail = (found: string): never => {
    throw new FormatError(`Cannot read motifs: ${found}`, { file: path });
  };
  const { sequences } = readValue(await readJson(path, "read known motifs"), TRUTH, { fail });
  for (const { name, matrix } of sequences.motifs) {
    const isSound = matrix.length > 0 &&
      matrix.every((column) =>
        column.length === 4 && column.every((share) => share >= 0 && share <= 1) &&
        Math.abs(column.reduce((sum, share) => sum + share, 0) - 1) < 0.01
      );
    if (!isSound) {
      fail(`the matrix of "${name}" is not of probabilities, expected four at each position`);
    }
  }
  return sequences.motifs.map(({ name, matrix }) => ({ name, matrix }));
}

async function beginsWithBrace(path: string): Promise<boolean> {
  const file = await openFile(path);
  try {
    const head = new TextDecoder().decode(await file.read(0, Math.min(64, file.size)));
    return head.trimStart().startsWith("{");
  } finally {
    file.close();
  }
}
