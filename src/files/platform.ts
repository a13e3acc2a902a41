/** Names of the run-time and the machine, for the records of a run. */

import { SYSTEM } from "./_system.ts";

/** The versions of the run-time and of its parts. */
export function runtimeVersions(): Readonly<Record<string, string>> {
  return { ...SYSTEM.version };
}

/** The operating system and the processor's architecture, such as `linux x86_64`. */
export function platformName(): string {
  return `${SYSTEM.build.os} ${SYSTEM.build.arch}`;
}
