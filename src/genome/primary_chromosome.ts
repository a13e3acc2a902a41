/** Chooses the usual place of a gene that has several. */

import { plainChromosome } from "./_accessions.ts";

/** A place on a chromosome. */
interface Place {
  readonly chromosome: string;
  readonly chromosomeAlias?: string | undefined;
}

/** Returns the only place that is on a chromosome and not on a scaffold or an alternate locus, nor a copy of X on Y. */
export function choosePrimary<P extends Place>(places: readonly P[]): P | undefined {
  const primary = places.filter((place) =>
    /^(?:\d{1,2}[A-Za-z]?|[XYZWM]|MT|[IVX]+|\d[LR])$/.test(plainChromosome(place))
  );
  if (primary.length === 1) return primary[0];
  const names = primary.map(plainChromosome);
  const hasXAndY = names.length === 2 && names.includes("X") && names.includes("Y");
  return hasXAndY ? primary[names.indexOf("X")] : undefined;
}
