/** The command whose work a plan divides: its flags, and the place in which it is called. */

import { showName } from "../base/wording.ts";
import { fixUsualMostBytes } from "../data/read_dataset.ts";
import { pathKind } from "../files/file.ts";
import type { Plan } from "../cluster/plan.ts";
import { ContractError } from "../errors.ts";
import { readConfigFile } from "./_config_file.ts";
import { beQuiet } from "./_console.ts";
import { DIVIDED_NAMES, loadDivided } from "./_divided.ts";
import { givenFlags, makeCommand, type RunFlags } from "./_describe.ts";
import { translateAliases } from "./_flag_aliases.ts";
import { recordFlags } from "./_flag_kinds.ts";
import { parseFlags } from "./_kept_flags.ts";
import { commandLine, recordPathFlags } from "./_place.ts";
import { refuseOwnInputs } from "./_own_inputs.ts";
import { watchRepeatedFlags } from "./_repeated_flags.ts";
import { prepareRuntime } from "./_runtime.ts";
import type { UnitKind } from "./_units.ts";
import { VERSION } from "./version.ts";

/** Flags of any command whose work can be divided. */
export type PlannedFlags = Readonly<Record<string, unknown>> & { readonly out: string };

/** A command whose work is divided, and its flags. */
export interface PlannedCommand {
  readonly name: string;
  readonly units: UnitKind<PlannedFlags>;
  readonly flags: PlannedFlags;
  /** Its arguments other than flags. */
  readonly args: readonly string[];
  /** Names of the flags that its command line gave. */
  readonly given: ReadonlySet<string>;
}

/**
 * Parses the command line of a command whose work is to be divided.
 *
 * @param words Its name, and its flags.
 * @param out Where the result is written if the command line does not say so.
 * @throws {ContractError} If the work of that command cannot be divided.
 */
export async function parsePlannedCommand(
  [name, ...words]: readonly string[],
  out: string,
): Promise<PlannedCommand> {
  const { definition, units } = await findDivided(name, "plan");
  const parser = makeCommand(definition);
  const warnOfRepeats = watchRepeatedFlags(parser);
  parser.showHelpAfterError(`(${commandLine(definition.name)} --help lists the flags)`);
  recordFlags(parser);
  const own = translateAliases(parser, words, definition.aliases ?? []);
  const configured = await readConfigFile(() => makeCommand(definition), own);
  parser.parse([...configured, ...own], { from: "user" });
  recordPathFlags(parser);
  refuseOwnInputs(parser);
  prepareRuntime(parser);
  const { config: _config, quiet, stack: _stack, ...flags } = parser.opts<RunFlags>();
  if (quiet) beQuiet();
  warnOfRepeats();
  const asked: { readonly out?: unknown; readonly resume?: unknown } = flags;
  if (asked.resume !== undefined) {
    throw new ContractError(
      "Cannot plan: found --resume, expected a run from the start; a plan's units resume by themselves",
    );
  }
  return {
    name: definition.name,
    units,
    flags: { ...flags, out: String(asked.out ?? out) },
    args: parser.args,
    given: givenFlags(parser),
  };
}

/**
 * Returns the command of a plan with its flags, and changes to the folder in which the plan was made, so that all paths mean
 * what they meant there.
 *
 * @throws {ContractError} If that folder is not there, or another version made the plan.
 * @throws {FormatError} If a flag has a value that no command line could have given.
 */
export async function enterPlannedCommand(
  { command, flags, args, given, plannedIn, mostBytes, version }: Plan,
  file: string,
): Promise<PlannedCommand> {
  if (version !== VERSION) {
    throw new ContractError(
      `Cannot use ${file}: version ${version} of histone made it, expected ${VERSION}, which runs here. All units of a ` +
        "plan are done by one version: use that one, or plan again into another folder",
    );
  }
  if (await pathKind(plannedIn) !== "directory") {
    throw new ContractError(
      `Cannot use ${file}: it was made in ${plannedIn}, which is not a folder of this machine, expected the same folder on ` +
        "all machines",
    );
  }
  const { definition, units } = await findDivided(command, "use plan");
  const parser = makeCommand(definition);
  recordFlags(parser);
  recordPathFlags(parser);
  Deno.chdir(plannedIn);
  // A limit of this machine alone would have it train in another order than the machine that planned.
  fixUsualMostBytes(mostBytes ?? Infinity);
  const parsed = parseFlags<PlannedFlags & RunFlags>({ flags, startedIn: plannedIn, file });
  // Flags of every command, which are of no concern to what is planned, have their defaults in what was kept.
  const { config: _config, quiet: _quiet, stack: _stack, ...kept } = parsed;
  // How the run-time is prepared depends on this flag alone; the others were parsed when the plan was made.
  if (kept.threads !== undefined) parser.setOptionValue("threads", kept.threads);
  prepareRuntime(parser);
  return { name: command, units, flags: kept, args, given: new Set(given) };
}

async function findDivided(name: string | undefined, action: string) {
  const found = await loadDivided<PlannedFlags>(name);
  if (found !== undefined) return found;
  throw new ContractError(
    `Cannot ${action}: the work of ${
      showName(name ?? "nothing")
    } is not divided into units, expected one of ${DIVIDED_NAMES.join(", ")}`,
  );
}
