/** Warns of files whose own names have another assembly than the data: where nothing else says it, names often do. */

import { showPlace } from "../files/http_address.ts";
import { knownAssembly, ucscName } from "./_known_assemblies.ts";
import { listSome } from "./wording.ts";

/** The names that are no names of samples, too, as `b37`, `dm3` and `HG002` are. */
const NAMES = /^(?:hg(?:1[6-9]|38)|mm(?:[89]|10|39)|[Gg][Rr][Cc][Hh]3[78]|[Gg][Rr][Cc][Mm]3[89])$/;

/**
 * Warns of such files. Names may be out of date, as after a liftover, so no file is refused for its name.
 *
 * @param files The files of which neither their content nor the sample sheet says the assembly.
 * @param assembly That of the data; if it is unknown, the names are compared with each other.
 */
export function warnOfNamedAssemblies(
  files: readonly string[],
  { assembly, onWarning }: {
    readonly assembly: string;
    readonly onWarning?: ((message: string) => void) | undefined;
  },
): void {
  const named = [...new Set(files)].flatMap((file) => {
    const name = assemblyInName(file);
    return name === undefined ? [] : [{ file, name }];
  });
  const [first] = named;
  const wanted = ucscName(assembly) ?? (assembly === "unknown" ? first?.name : undefined);
  const others = named.filter(({ name }) => name !== wanted);
  if (wanted === undefined || others.length === 0) return;
  const shown = listSome(others.map(({ file, name }) => `${file} (${name})`));
  const reference = assembly === "unknown" ? `that of ${first?.file}` : "that of the data";
  onWarning?.(
    `the assembly ${wanted}, ${reference}, contradicts names of files: ${shown}. If such a name is right, all places of ` +
      "its file are wrong",
  );
}

/** The assembly in a file's own name; none if there are two, as in `hg19_to_hg38`. */
function assemblyInName(file: string): string | undefined {
  const words = showPlace(file).replace(/^.*[\\/]/, "").split(/[^\p{L}\p{N}]+/u);
  const found = new Set(words.filter((word) => NAMES.test(word)).map(knownAssembly));
  // hg19ToHg38 is one word.
  const isMapped = words.some((word) => /^(?:hg|mm)\d+to/i.test(word));
  return found.size === 1 && !isMapped ? [...found][0] : undefined;
}
