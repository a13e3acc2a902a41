/** What windows around genes must be given, as programs without types give it. */

import { formatCount } from "../base/count.ts";
import { kindOfValue } from "../base/kind_of_value.ts";
import { MAX_EXTENT } from "../base/limits.ts";
import { showValue } from "../base/show_value.ts";
import { ContractError } from "../errors.ts";
import { type Orientation, ORIENTATIONS } from "../record.ts";
import { LARGEST_POSITION } from "./largest_position.ts";
import type { Gene } from "./gene.ts";
import type { Strand } from "./gene.ts";

/**
 * Half the range of positions in a BAM file. It is far larger than needed, and starts still fit an Int32Array.
 */
const LARGEST_HALF_WIDTH_BP = 2 ** 30;

/** Throws unless windows are a whole number of bins. */
export function checkSizes(binSizeBp: number, halfWidthBp: number): void {
  for (const [name, value] of Object.entries({ binSizeBp, halfWidthBp })) {
    if (!Number.isInteger(value) || value < 1 || value > LARGEST_HALF_WIDTH_BP) {
      throw new RangeError(
        `Cannot make windows: ${name} is ${
          showValue(value)
        }, expected an integer from 1 to ${LARGEST_HALF_WIDTH_BP}`,
      );
    }
  }
  if (2 * halfWidthBp % binSizeBp !== 0) {
    throw new RangeError(
      `Cannot make windows: 2 × ${halfWidthBp} bp are not a whole number of bins of ${binSizeBp} bp`,
    );
  }
  const bins = 2 * halfWidthBp / binSizeBp;
  if (bins > MAX_EXTENT) {
    throw new RangeError(
      `Cannot make windows: 2 × ${halfWidthBp} bp are ${bins} bins of ${binSizeBp} bp, expected at most ` +
        `${MAX_EXTENT}`,
    );
  }
}

/**
 * Throws unless an orientation is one of those that there are: any other text would lay windows as `genomic` does.
 */
export function checkDirection(orientation: Orientation): void {
  if (ORIENTATIONS.includes(orientation)) return;
  throw new RangeError(
    `Cannot make windows: orientation is ${showValue(orientation)}, expected one of ${
      ORIENTATIONS.join(", ")
    }`,
  );
}

/** Throws unless all genes have a start, and strands that the orientation can be told by. */
export function checkGenes(genes: readonly Gene[], orientation: Orientation): void {
  if (!Array.isArray(genes)) {
    throw new TypeError(
      `Cannot make windows: found ${
        kindOfValue(genes)
      } as genes, expected an array, as readGenes returns`,
    );
  }
  checkStarts(genes);
  const odd = genes.find(({ strand }) => !STRANDS.includes(strand ?? undefined));
  if (odd !== undefined) {
    throw new TypeError(
      `Cannot make windows: the strand of gene ${showValue(odd.id)} is ${
        showValue(odd.strand)
      }, expected "+", "-" or none`,
    );
  }
  if (orientation === "transcript") checkStrands(genes);
}

/** Ensembl has 1 and -1 for them, which would be taken for no minus strand. */
const STRANDS: readonly (Strand | undefined)[] = ["+", "-", undefined];

function checkStarts(genes: readonly Gene[]): void {
  const at = genes.findIndex((gene) => !isPosition(gene?.tss));
  if (at < 0) return;
  const bad: Gene | undefined = genes[at];
  throw new RangeError(
    `Cannot make windows: the TSS of gene ${bad?.id}, line ${bad?.line}, is ${
      showValue(bad?.tss)
    }, ` +
      `expected an integer from 0 to ${LARGEST_POSITION}`,
  );
}

function isPosition(tss: unknown): boolean {
  return Number.isInteger(tss) && Number(tss) >= 0 && Number(tss) <= LARGEST_POSITION;
}

function checkStrands(genes: readonly Gene[]): void {
  const lacking = genes.filter(({ strand }) => (strand ?? undefined) === undefined);
  const [first] = lacking;
  if (first === undefined) return;
  throw new ContractError(
    `Cannot make windows: ${formatCount(lacking.length)} of ${
      formatCount(genes.length)
    } have no strand, such as "${first.id}" (line ` +
      `${first.line}), expected + or -, which transcript orientation needs`,
  );
}
