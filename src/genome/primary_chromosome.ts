/** Chooses among several places of a gene the one that tables and people mean. */

import { plainChromosome } from "./_accessions.ts";

/** A place on a chromosome. */
interface Place {
  readonly chromosome: string;
  readonly chromosomeAlias?: string | undefined;
}

/** Returns the only place on a chromosome, rather than on a scaffold, an alternate locus or as a copy of X on Y. */
export function choosePrimary<P extends Place>(places: readonly P[]): P | undefined {
  const primary = places.filter((place) =>
    /^(?:\d{1,2}[A-Za-z]?|[XYZWM]|MT|[IVX]+|\d[LR])$/.test(plainChromosome(place))
  );
  if (primary.length === 1) return primary[0];
  const names = primary.map(plainChromosome);
  const hasXAndY = names.length === 2 && names.includes("X") && names.includes("Y");
  return hasXAndY ? primary[names.indexOf("X")] : undefined;
}
