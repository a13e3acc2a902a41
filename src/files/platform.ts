/** Names of the run-time and the machine, for the records of a run. */

/** The versions of the run-time and of its parts. */
export function runtimeVersions(): Readonly<Record<string, string>> {
  return { ...Deno.version };
}

/** The operating system and the processor's architecture, such as `linux x86_64`. */
export function platformName(): string {
  return `${Deno.build.os} ${Deno.build.arch}`;
}
