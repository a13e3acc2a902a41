import { formatCount } from "../../base/count.ts";
import {
  countSequences,
  type GeneSequences,
  NO_SEQUENCE,
  visitRuns,
} from "../../base/sequences.ts";
import { geneGroupKey } from "../../gene_id.ts";
import { geneGroupsOf } from "../../io/item_groups.ts";
import type { SampleColumns } from "../../io/columns.ts";
import { describeGenes } from "./_describe.ts";
import { findSharedDna } from "./_shared_dna.ts";
import type { Finding } from "./finding.ts";

/** Share of genes without a sequence from which on the genome most likely does not suit the data. */
const MANY_MASKED = 0.2;
/** Share of unknown bases from which on a sequence says little. */
const MOSTLY_UNKNOWN = 0.5;

/**
 * Finds genes without DNA, with DNA that is mostly not known, and genes that share most of their DNA with others: a model
 * of DNA that is tested on such genes has seen them.
 */
export function checkSequences(
  columns: SampleColumns,
  test: SampleColumns | undefined,
): Finding[] {
  const { sequences } = columns;
  if (sequences === undefined) return [];
  return [
    ...noteMasked(columns, sequences),
    ...noteUnknown(columns, sequences),
    ...noteShared(columns, sequences),
    ...(test?.sequences === undefined ? [] : warnShared(columns, sequences, test)),
  ];
}

function noteMasked(columns: SampleColumns, { entryOf }: GeneSequences): Finding[] {
  const masked = placesWhere(entryOf, (entry) => entry === NO_SEQUENCE);
  if (masked.length === 0) return [];
  return [{
    check: "missing-sequences",
    severity: masked.length >= MANY_MASKED * entryOf.length ? "warning" : "note",
    where: `gene ${describeGenes(columns, masked)}`,
    message: `${formatCount(masked.length)} of ${
      formatCount(entryOf.length)
    } genes have no DNA sequence`,
    advice:
      "A model of DNA sees bases that are not known there. If these are many, check that the genome or the file " +
      "of sequences is of the same assembly and has the same genes.",
  }];
}

function noteUnknown(columns: SampleColumns, sequences: GeneSequences): Finding[] {
  const { bases, unknown, entryOf } = sequences;
  const counts = new Uint32Array(countSequences(sequences));
  for (const entry of counts.keys()) {
    visitRuns(unknown, entry, (start, end) => counts[entry]! += end - start);
  }
  const poor = placesWhere(
    entryOf,
    (entry) => entry !== NO_SEQUENCE && counts[entry]! >= MOSTLY_UNKNOWN * bases,
  );
  if (poor.length === 0) return [];
  return [{
    check: "unknown-bases",
    severity: poor.length >= MANY_MASKED * entryOf.length ? "warning" : "note",
    where: `gene ${describeGenes(columns, poor)}`,
    message: `at least half of the bases of ${formatCount(poor.length)} of ${
      formatCount(entryOf.length)
    } genes are not known`,
    advice:
      "Genomes have N where they are not assembled, and past an end there are no bases. If these are many, the genome may " +
      "be hard-masked: take one whose repeats are in lower case instead.",
  }];
}

function noteShared(columns: SampleColumns, sequences: GeneSequences): Finding[] {
  const groupOf = geneGroupsOf(columns).ofItem;
  const { shared, compared } = findSharedDna(sequences, { groupOf });
  if (shared.length === 0) return [];
  return [{
    check: "shared-dna",
    severity: "note",
    where: `gene ${describeGenes(columns, shared)}`,
    message:
      `${formatCount(shared.length)} of ${
        formatCount(compared)
      } genes have at least half of their DNA in common with another gene of ` +
      "the data: their windows overlap, or they are copies",
    advice:
      "A model that is tested on one of them and trained on the other has seen its DNA: hold out whole chromosomes " +
      "(--scheme by-chromosome), which separates overlapping windows, though not copies elsewhere.",
  }];
}

/** Genes of test data that are new, and whose DNA was trained on all the same. */
function warnShared(
  columns: SampleColumns,
  sequences: GeneSequences,
  test: SampleColumns,
): Finding[] {
  const keysOf = ({ genes, geneDetails }: SampleColumns) =>
    genes.map((id, gene) => geneGroupKey(id, geneDetails?.[gene]));
  const known = new Set(keysOf(columns));
  const testKeys = keysOf(test);
  const groupOf = geneGroupsOf(columns).ofItem;
  const { shared } = findSharedDna(sequences, { others: test.sequences, groupOf });
  const found = shared.filter((gene) => !known.has(testKeys[gene]!));
  if (found.length === 0) return [];
  return [{
    check: "shared-dna",
    severity: "warning",
    where: `gene ${describeGenes(test, found)} of the test data`,
    message:
      `${
        formatCount(found.length)
      } test genes that are not trained on have at least half of their DNA in common with ` +
      "training genes",
    advice:
      "A score on them looks better than one on new DNA: hold out whole chromosomes (--scheme by-chromosome).",
  }];
}

function placesWhere(values: Uint32Array, accepts: (value: number) => boolean): number[] {
  return [...values.keys()].filter((place) => accepts(values[place]!));
}
