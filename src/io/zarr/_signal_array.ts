/** The array of AnnData that has the signal. */

import { showValue } from "../../base/show_value.ts";
import type { ArrayMetadata } from "./_array_metadata.ts";
import type { SampleFacts } from "./_sample_facts.ts";
import type { ZarrReader } from "./reader.ts";

/**
 * Reads the metadata of `X`.
 *
 * @throws {FormatError} If it is sparse, or has another shape than the samples.
 */
export async function signalArray(
  reader: ZarrReader,
  { cellTypeIndex: { length: samples }, bins, record: { marks } }: SampleFacts,
): Promise<ArrayMetadata> {
  const node = await reader.node("/X");
  if (node?.kind === "group") {
    const found = showValue(node.attributes["encoding-type"]);
    throw reader.fail(
      "/X",
      `its encoding-type is ${found}, expected a dense array: ` +
        "adata.X = adata.X.toarray() makes that of it in Python",
    );
  }
  const array = await reader.array("/X");
  const width = bins * marks.length;
  if (String(array.shape) === String([samples, width]) && array.type !== "string") return array;
  throw reader.fail(
    "/X",
    `its shape is ${array.shape}, expected ${samples},${width} numbers`,
  );
}
