/**
 * The network, which a command has only as far as its user lets it: what it may not reach is answered with the exact
 * line to run.
 */

import packageJson from "../../deno.json" with { type: "json" };
import { quotePath } from "../base/shell.ts";
import { ContractError, RemoteError } from "../errors.ts";
import { coverSecrets, isAddress, parseAddress } from "../files/http_address.ts";
import type { HttpFiles } from "../files/http_files.ts";
import { hostOf, mayReach } from "../files/http_permission.ts";
import { callOf, findPackageFile } from "./_place.ts";
import { findSource, PROGRAM_FLAGS } from "./version.ts";

/** The running command and its arguments, as they were given. */
let running = { name: "", args: [] as readonly string[] };

/** Records which command runs, so that {@linkcode formatGrant} can repeat it. */
export function recordCall(name: string, args: readonly string[]): void {
  running = { name, args };
}

/** An error for hosts that the command may not reach. */
export class HostsDeniedError extends ContractError {
  /** The line to run instead, or `undefined` if nothing can be allowed from outside. */
  readonly line: string | undefined;

  /** Takes the hosts, and why they are needed, such as `samples.tsv names files there`. */
  constructor(hosts: readonly string[], reason: string) {
    const line = formatGrant(hosts);
    const advice = line === undefined
      ? "this program was compiled without them: compile it again with " +
        `deno task compile --allow-net=${
          hosts.join(",")
        } (and the same --out), or run it from a clone`
      : `if you want that, run${hasSecrets() ? WITH_SECRETS : ""}:`;
    super(
      `Cannot reach ${
        listHosts(hosts)
      }: ${reason}, and commands reach no host until you allow it: ${advice}`,
    );
    this.line = line;
  }
}

/** Terminals, logs and reports of faults keep what is printed, so the line lacks what may be secret. */
const WITH_SECRETS = ", with your address's own user, password and query in the place of SECRET";

/** Whether an argument of the command has something that the line must not repeat. */
function hasSecrets(): boolean {
  return running.args.some((argument) => coverSecrets(argument) !== argument);
}

/** More hosts would hide the rest of the message; the line to run has them all. */
const MOST_LISTED = 5;

function listHosts(hosts: readonly string[]): string {
  if (hosts.length <= MOST_LISTED) return hosts.join(", ");
  return `${hosts.slice(0, MOST_LISTED).join(", ")} and ${hosts.length - MOST_LISTED} more hosts`;
}

/**
 * Formats the line that runs the same command with leave to reach hosts, from the user's directory.
 *
 * @param hosts The hosts, as `--allow-net` takes them.
 * @returns The line, or `undefined` for a compiled program, whose permissions are fixed.
 */
function formatGrant(hosts: readonly string[]): string | undefined {
  const { name, args } = running;
  const grant = `--allow-net=${hosts.join(",")}`;
  const { program, launcher } = callOf();
  const own = args.map((argument) => quotePath(coverSecrets(argument)));
  if (program !== undefined && launcher !== undefined) {
    return [program, grant, name, ...own].join(" ");
  }
  if (Deno.build.standalone) return undefined;
  const task = (packageJson.tasks as Readonly<Record<string, { readonly command: string }>>)[name];
  const script = findPackageFile(`scripts/${name}.ts`);
  const config = findPackageFile("deno.json");
  if (program === undefined && task !== undefined && script !== undefined && config !== undefined) {
    const flags = task.command.split(" ").slice(2, -1);
    return ["deno run", ...flags, `--config=${quotePath(config)}`, grant, quotePath(script), ...own]
      .join(" ");
  }
  return ["deno run", ...PROGRAM_FLAGS, grant, ...findSource(), name, ...own].join(" ");
}

/**
 * Throws if the command may not reach the host of one of some addresses.
 *
 * @param places Addresses, among which paths are skipped.
 * @param reason Why they are needed, such as `samples.tsv names files there`.
 * @throws {HostsDeniedError} With all hosts that the command may not reach.
 */
export function checkHosts(places: Iterable<string | URL>, reason: string): void {
  const hosts = listOf(places).filter((url) => !mayReach(url)).map(hostOf);
  if (hosts.length > 0) throw new HostsDeniedError(hostsToGrant(places, hosts), reason);
}

/**
 * Throws if the servers of some addresses redirect to hosts that the command may not reach. Each address is asked for
 * its beginning, which `remote` keeps; other faults are left to whoever opens the files.
 *
 * @throws {HostsDeniedError} With all hosts, those of the addresses and those that they redirect to.
 */
export async function checkRedirects(
  places: Iterable<string>,
  { remote, reason }: { readonly remote: HttpFiles; readonly reason: string },
): Promise<void> {
  const addresses = [...places].filter(isAddress);
  const denied = await Promise.all(addresses.map((address) => findDeniedHost(address, remote)));
  const hosts = denied.filter((host) => host !== undefined);
  if (hosts.length === 0) return;
  throw new HostsDeniedError(hostsToGrant(addresses, hosts), reason);
}

async function findDeniedHost(address: string, remote: HttpFiles): Promise<string | undefined> {
  try {
    (await remote.open(address)).close();
    return undefined;
  } catch (error) {
    return error instanceof RemoteError ? error.deniedHost : undefined;
  }
}

/** Turns an error about a host that the command may not reach, wherever it arose, into one with the line to run. */
export function explainDenied(error: unknown, places: Iterable<string | URL> = []): unknown {
  if (!(error instanceof RemoteError) || error.deniedHost === undefined) return error;
  return new HostsDeniedError(
    hostsToGrant(places, [error.deniedHost]),
    "a file is read from there",
  );
}

/** The hosts of addresses, which the line must allow too, and others; each once. */
function hostsToGrant(places: Iterable<string | URL>, others: readonly string[]): string[] {
  return [...new Set([...listOf(places).map(hostOf), ...others])];
}

function listOf(places: Iterable<string | URL>): URL[] {
  return [...places].map(String).filter(isAddress).flatMap((place) => {
    try {
      return [parseAddress(place).url];
    } catch {
      // Whoever opens it says what is wrong with it.
      return [];
    }
  });
}
