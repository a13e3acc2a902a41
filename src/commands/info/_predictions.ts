/** Predictions as AnnData, which are no data set: cell types by genes instead of samples by features. */

import { directorySource } from "../../files/directory_source.ts";
import { pathKind } from "../../files/file.ts";
import { mostBytesOf, ZarrReader } from "../../io/zarr/reader.ts";
import type { ZarrPath } from "../../io/zarr/store.ts";
import { type Description, grouped, listFacts } from "./facts.ts";

/** What `predict` may write beside the predictions themselves. */
const LAYERS = ["spread", "low", "high", "measured", "residual"];

/** Whether a folder of Zarr is what `predict` writes: these alone name their model. */
export async function holdsPredictions(path: string): Promise<boolean> {
  return await pathKind(`${path}/uns/histone/model`) === "directory";
}

/** Describes predictions by the metadata of their arrays. */
export async function describePredictions(path: string): Promise<Description> {
  const reader = new ZarrReader(directorySource(path, mostBytesOf), path);
  const [cellTypes, genes] = (await reader.array("/X")).shape;
  const layers: string[] = [];
  for (const name of LAYERS) {
    const node: ZarrPath = `/layers/${name}`;
    if (await reader.node(node) !== undefined) layers.push(name);
  }
  return {
    kind: "predictions-zarr",
    what: "predictions, AnnData in Zarr: cell types by genes",
    facts: listFacts([
      ["cellTypes", "cell types", cellTypes, grouped(cellTypes)],
      ["genes", "genes", genes, grouped(genes)],
      ["layers", "layers", layers.length === 0 ? undefined : layers, layers.join(", ")],
    ]),
  };
}
