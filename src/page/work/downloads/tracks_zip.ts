/** Tracks of the explained gene for genome browsers: its signal, and what each bin adds to its prediction. */

import { ContractError } from "../../../errors.ts";
import { writeAttributionTracks, type WrittenTracks } from "../../../explain/mod.ts";
import { assemblyChromosomes, formatIgvSession } from "../../../genome/mod.ts";
import { writeZip, type ZippedFile } from "../../../io/zip.ts";
import { collectStream } from "./collect_stream.ts";
import type { Download, DownloadSource } from "./download.ts";

const SESSION = "session.xml";

/**
 * Makes a zip file of tracks and a session that opens them in IGV.
 *
 * @throws {ContractError} If no gene was explained, or it is not known where it lies.
 */
export async function makeTracksZip(
  { held, explained, context }: DownloadSource,
): Promise<Download> {
  if (explained === undefined) {
    throw new ContractError(
      "Cannot save tracks: no gene was explained, expected that one is first",
    );
  }
  const { data } = await held.data(context);
  const model = await held.model();
  const { tss: _, ...ofModel } = model.record;
  const { assembly, tss } = data.record;
  const record = {
    ...ofModel,
    ...(assembly !== "unknown" && { assembly }),
    ...(tss !== undefined && { tss }),
  };
  const { chromosomes } = await held.state();
  // BigWig needs the lengths of chromosomes.
  const isKnown = assemblyChromosomes(record.assembly).length > 0;
  const format = isKnown || chromosomes !== undefined ? "bigwig" : "bedgraph";
  const files: ZippedFile[] = [];
  const written = await writeAttributionTracks(() => [explained.attributions], data, {
    directory: {
      write: async (name, write) => {
        const blob = await collectStream(write, "application/octet-stream");
        files.push({ path: `tracks/${name}`, content: new Uint8Array(await blob.arrayBuffer()) });
      },
    },
    record,
    format,
    ...(!isKnown && chromosomes && { chromosomes }),
    withSignal: true,
    signal: context.signal,
    onProgress: ({ done, total }) => context.onProgress({ doing: "Writing tracks", done, total }),
  });
  const session = new TextEncoder().encode(sessionOf(written, record.assembly));
  files.push({ path: `tracks/${SESSION}`, content: session });
  const { gene, symbol } = explained.explanation;
  const file = await collectStream((sink) => writeZip(sink, files), "application/zip");
  return { name: `tracks-${symbol ?? gene}.zip`, file };
}

function sessionOf({ tracks, locus }: WrittenTracks, assembly: string): string {
  return formatIgvSession(tracks, {
    genome: assembly === "unknown" ? undefined : assembly,
    locus,
  });
}
