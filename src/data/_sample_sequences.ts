import { showValue } from "../base/show_value.ts";
import { packSequences } from "../base/sequence_packer.ts";
import { type GeneSequences, NO_SEQUENCE } from "../base/sequences.ts";
import { ContractError } from "../errors.ts";
import type { DataRecord } from "../record.ts";

/** A sample with the letters of its gene. */
export interface LetteredSample {
  readonly gene: string;
  readonly cellType: string;
  readonly sequence?: string | null | undefined;
}

/**
 * Packs the letters that samples give for their genes.
 *
 * @param samples The samples.
 * @param options The place of each sample's gene, the number of genes, and the record of the samples.
 * @returns The sequences; `undefined` if the record has none.
 * @throws {ContractError} If letters are given that are not read, or the wrong number of them, or two samples of a gene
 * have different ones.
 */
export function sequencesOfSamples(
  samples: readonly LetteredSample[],
  { geneIndex, genes, record: { sequence } }: {
    readonly geneIndex: Uint32Array;
    readonly genes: number;
    readonly record: DataRecord;
  },
): GeneSequences | undefined {
  const rows: string[] = [];
  const entryOf = new Uint32Array(genes).fill(NO_SEQUENCE);
  for (const [position, { gene, cellType, sequence: letters }] of samples.entries()) {
    // JSON has null for no sequence.
    if (letters === undefined || letters === null) continue;
    const fail = (found: string): never => {
      throw new ContractError(
        `Cannot make samples: sample ${position} (${gene} in ${cellType}) ${found}`,
      );
    };
    if (typeof letters !== "string") {
      fail(`has ${showValue(letters)} as its sequence, expected letters`);
    } else if (sequence === undefined) {
      fail("has a sequence, expected none: the record, or the model, speaks of none");
    } else if (letters.length !== sequence.bases) {
      fail(`has a sequence of ${letters.length} letters, expected ${sequence.bases}`);
    }
    const place = geneIndex[position]!;
    const entry = entryOf[place]!;
    if (entry === NO_SEQUENCE) entryOf[place] = rows.push(letters) - 1;
    else if (rows[entry] !== letters) fail("has another sequence than its gene has before");
  }
  if (sequence === undefined) return undefined;
  // A gene without letters has bases that are not known; so has a row of N, which a file without any needs.
  const packed = packSequences(rows.length > 0 ? rows : ["N".repeat(sequence.bases)], {
    unknownAs: sequence.unknownAs,
  });
  return { ...packed, entryOf };
}
