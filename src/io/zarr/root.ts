/** The outermost group of an AnnData. */

import { type AnndataValue, encoding, writeValue } from "./anndata.ts";
import { writeGroup, type ZarrStore } from "./store.ts";

/** Groups that every AnnData has, mostly without content. */
const DICTIONARIES = ["layers", "obsm", "obsp", "varm", "varp"] as const;

/**
 * Writes what every AnnData has besides `X`, `obs` and `var`: call it last, since readers look for the file of the
 * outermost group first.
 *
 * @param store Where to write.
 * @param uns What is said about the data as a whole.
 */
export async function finishAnndata(
  store: ZarrStore,
  uns: Readonly<Record<string, AnndataValue | undefined>>,
): Promise<void> {
  for (const name of DICTIONARIES) await writeGroup(store, `/${name}`, encoding("dict", "0.1.0"));
  await writeValue(store, "/uns", uns);
  await writeGroup(store, "", encoding("anndata", "0.1.0"));
}
