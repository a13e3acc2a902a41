/** The flags of commands that show what data look like, and the files that these write. */

import { basename, resolve } from "node:path";
import type { Command } from "commander";
import { formatCountOf } from "../base/count.ts";
import { ContractError } from "../errors.ts";
import { checkDirectory } from "../files/directory.ts";
import { writeFileAtomic } from "../files/file.ts";
import { DATA_PAGE_START } from "../report/data_page.ts";
import { type DataPageInput, multiqcFiles, renderDataPage } from "../report/mod.ts";
import { MULTIQC_START } from "../report/multiqc.ts";
import { checkOutput, openOutput, STANDARD_OUTPUT } from "./_outputs.ts";
import { VERSION } from "./version.ts";

/** What is shown, and where. */
export interface PageFlags {
  readonly page?: string | undefined;
  readonly multiqc?: string | undefined;
}

/** Declares the flags about what is shown. */
export function declarePageFlags(command: Command): Command {
  return command
    .option(
      "--page <file>",
      "write an HTML page of what the data look like: profiles and heat maps around the TSS, depths, labels",
    )
    .option("--multiqc <dir>", "write the same into this folder, as files for MultiQC");
}

/** A page, and files for MultiQC, that are written in the end. */
export interface PageOutput extends AsyncDisposable {
  /** Writes them and says so. */
  write(input: Omit<DataPageInput, "name" | "versions">): Promise<void>;
}

/**
 * Checks that a page and files for MultiQC can be written, before any work is done.
 *
 * @param data Path of the data set that they are about.
 * @returns `undefined` if neither was asked for.
 * @throws {ContractError} As `openOutput` does, or if the page is to be written to standard output.
 */
export async function openPage(
  data: string,
  { page, multiqc, overwrite = false }: PageFlags & { readonly overwrite?: boolean },
): Promise<PageOutput | undefined> {
  if (page === undefined && multiqc === undefined) return undefined;
  if (page === STANDARD_OUTPUT) {
    throw new ContractError("Cannot write a page to standard output: expected the name of a file");
  }
  if (multiqc !== undefined) await checkDirectory(multiqc);
  const file = page === undefined
    ? undefined
    : await openOutput(page, { begins: DATA_PAGE_START, overwrite, flag: "--page" });
  return {
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
  return `${stem}-${new Uint8Array(digest).toHex().slice(0, 6)}`;
}

function versions(): Readonly<Record<string, string>> {
  return { "@waka/histone": VERSION, Deno: Deno.version.deno, V8: Deno.version.v8 };
}
