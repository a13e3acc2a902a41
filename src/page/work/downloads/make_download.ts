/** Makes the files that can be saved. */

import { ContractError } from "../../../errors.ts";
import type { DownloadKind } from "../../protocol.ts";
import type { Download, DownloadSource } from "./download.ts";

/**
 * Makes a file.
 *
 * @throws {ContractError} If what it is made of is not there yet.
 */
export async function makeDownload(kind: DownloadKind, source: DownloadSource): Promise<Download> {
  switch (kind) {
    case "data.npz":
      return await copyOfData(source);
    case "predictions.tsv":
      return await (await import("./predictions_table.ts")).makePredictionsTable(source);
    case "model.zip":
      return await (await import("./model_zip.ts")).makeModelZip(source);
    case "tracks.zip":
      return await (await import("./tracks_zip.ts")).makeTracksZip(source);
    case "explanation.html":
      return await (await import("./explanation_page.ts")).makeExplanationPage(source);
    case "report.html":
      return await (await import("./report_page.ts")).makeReportPage(source);
  }
}

async function copyOfData({ held }: DownloadSource): Promise<Download> {
  const file = await held.dataFile();
  if (file !== undefined) return { name: "data.npz", file };
  throw new ContractError("Cannot save data: none are prepared, expected some");
}
