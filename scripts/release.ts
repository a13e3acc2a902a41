/** `deno task release VERSION`: makes the tree ready for a tag; `--check TAG` says whether it is. */

import { Command } from "commander";

/** The files that name the version. */
export interface ReleaseFiles {
  readonly manifest: string;
  readonly citation: string;
  readonly changelog: string;
}

const VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
const UNRELEASED = "## Unreleased";

/**
 * Writes a version into the files that name it, and moves the unreleased changes below its heading.
 *
 * @param files The files' text.
 * @param version The version, such as `0.2.0`.
 * @param date Day of the release, as YYYY-MM-DD.
 * @returns The new text.
 * @throws {RangeError} If the version does not follow semantic versioning, or the changelog has no changes for it.
 */
export function releaseFiles(files: ReleaseFiles, version: string, date: string): ReleaseFiles {
  if (!VERSION.test(version)) {
    throw new RangeError(`Cannot release "${version}": expected a version such as 0.2.0`);
  }
  const { changes, start, end } = findUnreleased(files.changelog);
  if (changes === "") {
    throw new RangeError(
      `Cannot release ${version}: CHANGELOG.md has nothing below "${UNRELEASED}"`,
    );
  }
  const heading = `${UNRELEASED}\n\n## ${version} (${date})\n\n`;
  return {
    manifest: files.manifest.replace(/"version": "[^"]*"/, `"version": "${version}"`),
    citation: files.citation.replace(/^version: .*$/m, `version: ${version}`)
      .replace(/^date-released: .*\n/m, "")
      .replace(/^version: .*$/m, (line) => `${line}\ndate-released: ${date}`),
    changelog: files.changelog.slice(0, start) + heading + changes + "\n" +
      files.changelog.slice(end),
  };
}

function findUnreleased(changelog: string): { changes: string; start: number; end: number } {
  const start = changelog.indexOf(UNRELEASED);
  if (start < 0) throw new RangeError(`Cannot release: CHANGELOG.md lacks "${UNRELEASED}"`);
  const after = start + UNRELEASED.length;
  const next = changelog.indexOf("\n## ", after);
  const end = next < 0 ? changelog.length : next;
  return { changes: changelog.slice(after, end).trim(), start, end };
}

/**
 * Finds what keeps a tag from being published.
 *
 * @param files The files' text.
 * @param tag The tag, such as `v0.2.0`.
 * @returns One line for each fault; empty if the tag may be published.
 */
export function checkTag(files: ReleaseFiles, tag: string): string[] {
  const version = tag.replace(/^v/, "");
  const faults: string[] = [];
  if (!files.manifest.includes(`"version": "${version}"`)) {
    faults.push("deno.json has another version");
  }
  if (!files.citation.includes(`\nversion: ${version}\n`)) {
    faults.push("CITATION.cff has another version");
  }
  if (!files.changelog.includes(`\n## ${version} (`)) {
    faults.push(`CHANGELOG.md lacks "## ${version}"`);
  }
  return faults;
}

const PATHS = { manifest: "deno.json", citation: "CITATION.cff", changelog: "CHANGELOG.md" };

async function release(version: string, { check }: { check: boolean }): Promise<void> {
  const [manifest, citation, changelog] = await Promise.all(
    [PATHS.manifest, PATHS.citation, PATHS.changelog].map((path) => Deno.readTextFile(path)),
  ) as [string, string, string];
  const files = { manifest, citation, changelog };
  if (check) {
    const faults = checkTag(files, version);
    if (faults.length > 0) throw new RangeError(`Cannot publish ${version}: ${faults.join("; ")}`);
    return console.log(`${version} may be published.`);
  }
  const made = releaseFiles(files, version, new Date().toISOString().slice(0, 10));
  for (const [name, path] of Object.entries(PATHS)) {
    await Deno.writeTextFile(path, made[name as keyof ReleaseFiles]);
  }
  await run("deno", "publish", "--dry-run", "--allow-dirty", "-q");
  console.log(
    `Version ${version} is written. Next: deno task ok, then\n` +
      `  git commit -am "Version ${version}" && git tag v${version} && git push --tags`,
  );
}

async function run(program: string, ...args: readonly string[]): Promise<void> {
  const { success } = await new Deno.Command(program, { args: [...args] }).spawn().status;
  if (!success) throw new Error(`Cannot release: ${program} ${args.join(" ")} failed`);
}

if (import.meta.main) {
  await new Command("deno task release")
    .description(
      "Writes a version into deno.json, CITATION.cff and CHANGELOG.md, and tries what JSR would publish.",
    )
    .argument("<version>", "such as 0.2.0; with --check a tag such as v0.2.0")
    .option("--check", "only say whether the tree has the version of this tag", false)
    .configureOutput({ getOutHasColors: () => false, getErrHasColors: () => false })
    .action(release)
    .parseAsync(Deno.args, { from: "user" })
    .catch((error) => {
      console.error(`error: ${error.message}`);
      Deno.exit(1);
    });
}
