/** Which version this is, and how it is installed. */

import { fileURLToPath } from "node:url";
import packageJson from "../../deno.json" with { type: "json" };
import { quotePath } from "../base/shell.ts";
import { wrapCommand } from "./_wrap.ts";

/** Version of the package. */
export const VERSION = packageJson.version;

/** Flags of V8 with which memory stays flat over many epochs: the tasks have them, and installations should. */
export const V8_FLAGS = "--max-semi-space-size=1,--expose-gc";

/** How Deno runs the program: what it may do, and V8's flags. The sets of permissions in a deno.json reach tasks alone. */
export const PROGRAM_FLAGS = [
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-env=COLUMNS,XDG_RUNTIME_DIR",
  `--v8-flags=${V8_FLAGS}`,
] as const;

/** The command that installs this very version, with its permissions and V8's flags. */
export function formatInstallation(): string {
  return [
    "deno install --global --force --name histone",
    ...PROGRAM_FLAGS,
    ...findSource(),
  ].join(" ");
}

/** The module to install: this one's package, from disk with the file that names what it imports. */
function findSource(): string[] {
  const path = (file: string) => quotePath(fileURLToPath(new URL(file, import.meta.url)));
  if (!import.meta.url.startsWith("file:")) return [`jsr:${packageJson.name}@${VERSION}/cli`];
  return [`--config=${path("../../deno.json")}`, path("./cli.ts")];
}

/** How `histone --version` is printed. */
interface VersionOptions {
  /** Characters that a line may have. */
  readonly width: number;
  /** Whether Deno installs the program, rather than a bundle's launcher running it. */
  readonly isInstalled: boolean;
}

/** The version and, but for a bundle and a compiled program, how to install it. */
export function formatVersion({ width, isInstalled }: VersionOptions): string {
  if (!isInstalled || Deno.build.standalone) return `histone ${VERSION}`;
  const line = wrapCommand(formatInstallation(), { width: width - 2, indent: "  " });
  return [
    `histone ${VERSION}`,
    "",
    "Installed by:",
    ...line.split("\n").map((part) => `  ${part}`),
  ].join("\n");
}
