/** The pages of documentation, and what stands in them. */

/** The package's directory. */
export const ROOT = new URL("../../", import.meta.url);

/** Text of a page, by its path in the package. */
export function readPage(page: string): Promise<string> {
  return Deno.readTextFile(new URL(page, ROOT));
}

/** Paths of all pages in the package. */
export function listPages(): string[] {
  const below = ["docs", "fixtures"].flatMap((folder) => [...markdownIn(folder)]);
  return ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...below.sort()];
}

function* markdownIn(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, ROOT))) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* markdownIn(path);
    else if (name.endsWith(".md")) yield path;
  }
}

/**
 * The code blocks of a page.
 *
 * @param language As the fence names it; "" for blocks without a language.
 */
export function blocksOf(page: string, language: string): string[] {
  const fences = page.matchAll(/^```(\S*).*\n([\s\S]*?)^```/gm);
  return [...fences].flatMap(([, found, text = ""]) => found === language ? [text] : []);
}

/** The shell commands of a page, one a string, without comments and with lines that `\` continues joined. */
export function commandsOf(page: string): string[] {
  return blocksOf(page, "sh").join("").replaceAll("\\\n", " ").split("\n")
    .map((line) => line.replace(/(^| )#.*/, "").replace(/ +/g, " ").trim())
    .filter((line) => line !== "");
}
