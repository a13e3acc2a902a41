/** The files of a run whose names depend on it: members of an ensemble, and figures of a report. */

import { directoryEntries } from "../files/directory.ts";
import { pathKind } from "../files/file.ts";
import { REPORT_FIGURES } from "../report/figure_names.ts";

/** Files of a run, and the directories that are nobody's once these files are gone, those within others first. */
export interface InnerFiles {
  /** Paths below the run's directory. */
  readonly files: readonly string[];
  /** Paths below the run's directory. */
  readonly directories: readonly string[];
}

const MODEL_FILES = ["model.json", "weights.bin", "panel.npz"];

/** The files of the figures that a report may have. */
const FIGURE_FILES = REPORT_FIGURES.flatMap((name) => [`${name}.svg`, `${name}.png`]);

/**
 * Lists the files of a run whose names depend on it. Directories that are links are not looked into, since what is there is
 * not the run's own.
 */
export async function findInnerFiles(directory: string): Promise<InnerFiles> {
  if (await pathKind(directory) !== "directory") return { files: [], directories: [] };
  const own = await namesIn(directory, "directories");
  const members = own.includes("models")
    ? (await namesIn(`${directory}/models`, "directories")).filter((name) =>
      /^[1-9]\d*$/.test(name)
    )
    : [];
  const folders: InnerFiles[] = [];
  for (const member of members) {
    folders.push(await findIn(directory, { below: `models/${member}`, names: MODEL_FILES }));
  }
  // Without a report, figures with such names are the user's.
  if (own.includes("figures") && await pathKind(`${directory}/report.html`) === "file") {
    folders.push(await findIn(directory, { below: "figures", names: FIGURE_FILES }));
  }
  return {
    files: folders.flatMap(({ files }) => files),
    directories: [
      ...folders.flatMap(({ directories }) => directories),
      // They hold files whose names are always the same, too.
      ...own.filter((name) => name === "model" || name === "models"),
    ],
  };
}

async function findIn(
  directory: string,
  { below, names }: { readonly below: string; readonly names: readonly string[] },
): Promise<InnerFiles> {
  const files = (await namesIn(`${directory}/${below}`, "files")).filter((name) =>
    names.includes(name)
  );
  return {
    files: files.map((name) => `${below}/${name}`),
    directories: files.length === 0 ? [] : [below],
  };
}

async function namesIn(directory: string, kind: "files" | "directories"): Promise<string[]> {
  const entries = await directoryEntries(directory);
  return entries.filter(({ isDirectory }) => isDirectory === (kind === "directories"))
    .map(({ name }) => name);
}
