/** The units of commands that train several models in one call: a unit trains some of them, and gathering resumes the whole. */

import { object } from "../base/fields.ts";
import { chooseThreads } from "../base/threads.ts";
import { ContractError, FormatError } from "../errors.ts";
import { openFile, pathKind, removeFile, writeFileAtomic } from "../files/file.ts";
import {
  checkpointsOf,
  holdsUnfinishedRun,
  readKeptCommand,
  writeKeptCommand,
} from "../runs/command_file.ts";
import type { Inputs } from "../runs/inputs.ts";
import { takeRun } from "../runs/run_directory.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../training/checkpoint.ts";
import { CheckpointFolder } from "../training/checkpoint_folder.ts";
import type { FitCheckpoint, RunPart, SurveyedRun } from "../training/fit_types.ts";
import { joinParts, PartFinished } from "../training/part.ts";
import type { Plan, PlannedUnit, Unit } from "../cluster/plan.ts";
import type { CommandCall } from "./_command_call.ts";
import { reusableFlags } from "./_kept_flags.ts";
import { isLeftoverRun } from "./_leftover_run.ts";
import { peakMemory } from "./_peak_memory.ts";
import type { ResumeFlags } from "./_resume.ts";
import { refuseHeldRun } from "./_run_directory.ts";
import {
  type Division,
  type GatherCall,
  type PlanCall,
  SURVEY_FOLDER,
  type UnitKind,
  type WorkCall,
  type WorkDone,
} from "./_units.ts";
import { cutSpans, settingsOf, SPAN } from "./_unit_settings.ts";
import { warn } from "./_warn.ts";

/** The file that a unit leaves. */
const PART_FILE = "part.checkpoint";

/** A unit that is stopped within an epoch loses no more than this. */
const CHECKPOINT_MINUTES = 5;

/** Flags of a command that trains. */
interface TrainingUnitFlags extends ResumeFlags {
  readonly tensorboard?: string | undefined;
}

/** A command that trains several models in one call. */
export interface TrainingCommand<Flags> {
  readonly name: string;
  readonly run: (flags: Flags, call: CommandCall) => Promise<void>;
  /** Names a run, by its number from 0, as a file and in words. */
  readonly nameRun: (flags: Flags, run: number) => { readonly id: string; readonly does: string };
}

/** Divides a command that trains into units of some of its runs. */
export function trainingUnits<Flags extends TrainingUnitFlags>(
  command: TrainingCommand<Flags>,
): UnitKind<Flags> {
  return {
    plan: (flags, call) => plan(command, flags, call),
    work: (flags, call) => work(command, flags, call),
    async gather(flags, call) {
      await placeParts(command.name, flags, call);
      await command.run({ ...flags, resume: flags.out }, call);
      return { next: [] };
    },
  };
}

async function plan<Flags extends TrainingUnitFlags>(
  command: TrainingCommand<Flags>,
  flags: Flags,
  call: PlanCall,
): Promise<Division> {
  await refuseHeldRun(flags);
  const started = performance.now();
  const found: { runs: readonly SurveyedRun[]; arithmetic: string; inputs: Inputs }[] = [];
  const out = `${call.folder}/${SURVEY_FOLDER}`;
  const survey = async (runs: readonly SurveyedRun[], arithmetic: string) => {
    found.push({ runs, arithmetic, inputs: (await readKeptCommand(out))?.inputs ?? {} });
  };
  // A plan that was killed may have left such a folder.
  const asked = { ...flags, out, tensorboard: undefined, overwrite: true };
  await untilPartFinished(command.run(asked, { ...call, share: { survey } }));
  const [{ runs, arithmetic, inputs }] = found as [typeof found[number]];
  // Every unit reads the data, too.
  const overhead = (performance.now() - started) / 1000;
  const memoryBytes = peakMemory();
  const units = cutSpans(runs.length, call.perUnit ?? 1).map((part): PlannedUnit => {
    const own = runs.slice(...part);
    return {
      ...nameUnit(command, flags, part),
      needs: Object.keys(inputs),
      makes: [PART_FILE],
      seed: own[0]!.seed,
      threads: chooseThreads(flags.threads),
      memoryBytes,
      seconds: Math.ceil(overhead + own.reduce((sum, { seconds }) => sum + seconds, 0)),
      settings: { part },
    };
  });
  return { units, inputs, arithmetic };
}

function nameUnit<Flags>(
  { nameRun }: TrainingCommand<Flags>,
  flags: Flags,
  [first, end]: RunPart,
): Pick<PlannedUnit, "id" | "does"> {
  const [from, to] = [nameRun(flags, first), nameRun(flags, end - 1)];
  if (first === end - 1) return from;
  return { id: `${from.id}-to-${to.id}`, does: `${from.does} to ${to.does}` };
}

async function work<Flags extends TrainingUnitFlags>(
  { name, run }: TrainingCommand<Flags>,
  flags: Flags,
  { plan, unit, folder, ...call }: WorkCall,
): Promise<WorkDone> {
  const part = partOf(unit);
  const file = `${folder}/${PART_FILE}`;
  const made = await findPart(file);
  if (made !== undefined) {
    checkPart(made, { unit, folder });
    await clearCheckpoints(folder, name);
    return { arithmetic: made.arithmetic.join("; ") };
  }
  await clearDamaged(folder, name);
  // The unit is a run that was started with the files of the plan: the same code as in `--resume` compares them.
  if (!await holdsUnfinishedRun(folder)) {
    const { checkpointMinutes = CHECKPOINT_MINUTES } = flags;
    const own = { ...flags, out: folder, tensorboard: undefined, checkpointMinutes };
    const kept = { command: name, id: runId(plan), flags: reusableFlags(own) };
    await writeKeptCommand(folder, { ...kept, inputs: plan.inputs });
  }
  const share = { part, arithmetic: plan.arithmetic };
  await untilPartFinished(run({ ...flags, resume: folder }, { ...call, share }));
  const { checkpoint } = (await new CheckpointFolder(checkpointsOf(folder)).load())!;
  await writeFileAtomic(file, await encodeCheckpoint(checkpoint));
  await clearCheckpoints(folder, name);
  return { arithmetic: checkpoint.arithmetic.join("; ") };
}

/** The part that an earlier call kept, before it could say that the unit is done; one that is damaged is removed. */
async function findPart(file: string): Promise<FitCheckpoint | undefined> {
  if (await pathKind(file) === undefined) return undefined;
  try {
    return await readPart(file);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    warn(`${error.message}; the unit starts over`);
    await removeFile(file);
    return undefined;
  }
}

/** Removes checkpoints all of which are damaged: then the unit starts over. */
async function clearDamaged(folder: string, command: string): Promise<void> {
  try {
    await new CheckpointFolder(checkpointsOf(folder)).load();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    warn(`${error.message}; the unit starts over`);
    await clearCheckpoints(folder, command);
  }
}

/** Removes what a unit needs no longer once its part is kept. */
async function clearCheckpoints(folder: string, command: string): Promise<void> {
  if (await pathKind(checkpointsOf(folder)) === undefined) return;
  await using owned = await takeRun(folder, { command });
  await owned.finish();
}

const SETTINGS = object({ part: SPAN });

function partOf(unit: Unit): RunPart {
  return settingsOf(unit, SETTINGS).part;
}

async function readPart(file: string): Promise<FitCheckpoint> {
  const source = await openFile(file);
  try {
    return await decodeCheckpoint(await source.read(0, source.size), file);
  } finally {
    source.close();
  }
}

/** Refuses the checkpoint of another unit, which somebody has put into this one's folder. */
function checkPart(
  { part = [0, 0] }: FitCheckpoint,
  { unit, folder }: { readonly unit: Unit; readonly folder: string },
): void {
  const own = partOf(unit);
  if (part[0] === own[0] && part[1] === own[1]) return;
  const describe = ([first, end]: RunPart) =>
    first + 1 === end ? `model ${end}` : `models ${first + 1} to ${end}`;
  throw new ContractError(
    `Cannot use ${folder}/${PART_FILE}: found ${describe(part)}, expected ${describe(own)}. ` +
      `Remove the folder ${folder}, and do unit ${unit.unit} again`,
  );
}

/** Makes `--out` an unfinished run, all of whose models are trained. */
async function placeParts(
  command: string,
  flags: TrainingUnitFlags,
  { plan, units, isRepeated, begin }: GatherCall,
): Promise<void> {
  const parts: FitCheckpoint[] = [];
  for (const unit of units) {
    const part = await readPart(`${unit.folder}/${PART_FILE}`);
    checkPart(part, { unit, folder: unit.folder });
    parts.push(part);
  }
  const joined = joinParts(parts);
  const { inputs } = plan;
  const out = flags.out!;
  const kept = reusableFlags(flags);
  await using run = await takeRun(out, {
    command,
    flags: kept,
    inputs,
    onWarning: warn,
    refuse: async () => {
      const isOwn = isRepeated && await isLeftoverRun(out, { command, flags: kept });
      await refuseHeldRun({ ...flags, overwrite: flags.overwrite || isOwn });
    },
  });
  await begin();
  await run.begin();
  // Its id names files of events, which a gathering that is tried again must recognise as its own.
  await writeKeptCommand(out, { command, id: runId(plan), flags: kept, inputs });
  await run.options.checkpoint.save(joined);
}

/** The id of the runs of a plan, by which their files are known however often they are started again. */
function runId({ id }: Plan): string {
  return id.slice(0, 12);
}

async function untilPartFinished(run: Promise<void>): Promise<void> {
  const error = await run.then(() => undefined, (error: unknown) => error);
  if (error instanceof PartFinished) return;
  throw error ?? new Error("a part of a run ended without an end");
}
