import { testIf } from "./require.ts";

/** The name of the browser here, if there is one. */
export const CHROMIUM = await findChromium();

/** A page as a browser loaded it. */
export interface LoadedPage {
  /** The document after loading, as HTML. */
  readonly document: string;
  /** The console output of the page and the browser, including errors. */
  readonly console: readonly string[];
}

/** A test that runs where there is a Chromium; see {@linkcode testIf}. */
export function testWithChromium(
  name: string,
  fn: (context: Deno.TestContext) => void | Promise<void>,
): void {
  testIf(CHROMIUM !== undefined, "chromium", { name, fn });
}

/** Opens a file in headless Chromium. */
export async function loadPage(path: string): Promise<LoadedPage> {
  if (CHROMIUM === undefined) throw new Error("Cannot open a page: no Chromium was found");
  const profile = await Deno.makeTempDir();
  try {
    const { stdout, stderr } = await new Deno.Command(CHROMIUM, {
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        `--user-data-dir=${profile}`,
        "--enable-logging=stderr",
        "--dump-dom",
        `file://${path}`,
      ],
    }).output();
    const text = new TextDecoder();
    return {
      document: text.decode(stdout),
      console: text.decode(stderr).split("\n").filter((line) => line.includes(":CONSOLE")),
    };
  } finally {
    await Deno.remove(profile, { recursive: true });
  }
}

async function findChromium(): Promise<string | undefined> {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      const args = ["--version"];
      const { success } = await new Deno.Command(name, { args, stdout: "null", stderr: "null" })
        .output();
      if (success) return name;
    } catch {
      // Not installed under this name.
    }
  }
  return undefined;
}
