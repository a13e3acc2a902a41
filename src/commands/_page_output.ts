/** Writes what the flags of pages ask for: a page of what data look like, and files for MultiQC. */

import { toHex } from "../base/platform.ts";
import { basename, resolve } from "node:path";
import { formatCountOf } from "../base/count.ts";
import { checkDirectory } from "../files/directory.ts";
import { writeFileAtomic } from "../files/file.ts";
import { SummaryCollector, type SummaryCollectorOptions } from "../data/summary/collector.ts";
import { DATA_PAGE_START } from "../report/data_page.ts";
import { type DataPageInput, multiqcFiles, renderDataPage } from "../report/mod.ts";
import { MULTIQC_START } from "../report/multiqc.ts";
import { checkOutput, openOutput } from "./_outputs.ts";
import { VERSION } from "./version.ts";

/** What is written, and where. */
export interface PageOutputOptions {
  readonly page: string | undefined;
  readonly multiqc: string | undefined;
  readonly overwrite: boolean;
}

/** A page, and files for MultiQC, that are written in the end. */
export interface PageOutput extends AsyncDisposable {
  /** Makes what collects a summary of the data for them. */
  collect(about: SummaryCollectorOptions): SummaryCollector;
  /** Writes them and says so. */
  write(input: Omit<DataPageInput, "name" | "versions">): Promise<void>;
}

/** As `openPage` beside the flags does, which loads this module only if a page or files were asked for. */
export async function openPageOutput(
  data: string,
  { page, multiqc, overwrite }: PageOutputOptions,
): Promise<PageOutput> {
  if (multiqc !== undefined) await checkDirectory(multiqc);
  const file = page === undefined
    ? undefined
    : await openOutput(page, { begins: DATA_PAGE_START, overwrite, flag: "--page" });
  return {
    collect: (about) => new SummaryCollector(about),
    async write(about): Promise<void> {
      const input: DataPageInput = {
        ...about,
        name: basename(resolve(data)),
        versions: versions(),
      };
      if (file !== undefined) {
        await file.write(await renderDataPage(input));
        console.info(file.done);
      }
      if (multiqc !== undefined) {
        await writeMultiqc(input, { folder: multiqc, key: await keyOf(data) });
      }
    },
    async [Symbol.asyncDispose]() {
      await file?.[Symbol.asyncDispose]();
    },
  };
}

async function writeMultiqc(
  input: DataPageInput,
  { folder, key }: { readonly folder: string; readonly key: string },
): Promise<void> {
  const files = multiqcFiles(input, { key });
  for (const { path } of files) {
    await checkOutput(`${folder}/${path}`, { begins: MULTIQC_START, flag: "--multiqc" });
  }
  for (const { path, content } of files) await writeFileAtomic(`${folder}/${path}`, content);
  console.info(`Written: ${formatCountOf(files.length, "file")} for MultiQC in ${folder}/`);
}

/**
 * The name of a data set among all: that of its file, and the start of a digest of its whole path, so that reports join
 * data of the same name from different folders without mixing them up.
 */
async function keyOf(data: string): Promise<string> {
  const path = resolve(data);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(path));
  const stem = basename(path).replace(/\.(npz|csv|zarr)$/i, "");
  return `${stem}-${toHex(new Uint8Array(digest)).slice(0, 6)}`;
}

function versions(): Readonly<Record<string, string>> {
  return { "@waka/histone": VERSION, Deno: Deno.version.deno, V8: Deno.version.v8 };
}
