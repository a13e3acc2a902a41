/** What changes while the groups of some runs train, and what checkpoints keep of it. */

import type { EngineReport } from "../engine/select.ts";
import { Cadence } from "./_cadence.ts";
import { checkCheckpoint } from "./_check_checkpoint.ts";
import { checkIdentity, identifyRuns } from "./_fit_identity.ts";
import { type Fit, memberOf, plannedTraining } from "./_fit_plan.ts";
import { fromCheckpoint, type GroupRun } from "./_group_run.ts";
import { checkArithmetic } from "./check_arithmetic.ts";
import type { FitCheckpoint, RunCheckpoint, RunPart } from "./fit_types.ts";
import { PartFinished, partOf } from "./part.ts";

/** What changes from group to group. */
export interface FitState {
  /** Numbers of the first run that is trained, and of the one after the last. */
  readonly part: RunPart;
  readonly cadence: Cadence;
  /** Absent where there are no checkpoints. */
  readonly identity: string | undefined;
  /** Every kind of arithmetic that computes now or computed before. */
  readonly arithmetic: readonly string[];
  /** Runs whose groups are finished. */
  readonly finished: GroupRun[];
  /** The same runs in the form that checkpoints keep, made once rather than for each checkpoint. */
  readonly kept: RunCheckpoint[];
  report?: EngineReport;
}

/** Keeps the end of a part and throws; one that was stopped is kept as far as it came. */
export async function endPart(fit: Fit, state: FitState, interrupted: boolean): Promise<never> {
  if (interrupted) throw fit.options.stop?.reason;
  const count = state.kept.length;
  const { options: { checkpoint }, hooks } = fit;
  await hooks.wait(() =>
    checkpoint?.save({
      ...checkpointOf(fit, state),
      group: [count, count],
      epoch: 0,
      position: 0,
      lossSums: [],
      seconds: 0,
      runs: state.kept,
    })
  );
  throw new PartFinished("The runs of this part are trained");
}

/** What is the same in all checkpoints of a call. */
export function checkpointOf(
  { model, record, options }: Fit,
  { identity, arithmetic, part }: FitState,
): Pick<FitCheckpoint, "identity" | "arithmetic" | "spec" | "record" | "part"> {
  return {
    identity: identity!,
    arithmetic,
    spec: model,
    record,
    ...(options.checkpoint?.part && { part }),
  };
}

/** Says where results come from if nothing was left to train. */
export async function reportOf(fit: Fit): Promise<EngineReport> {
  const { model, engine, reason, arithmetic, options, settings, hooks } = fit;
  const { models } = engine.capacity(options.threads);
  // The device is described as for the first group.
  await using session = await engine.createSession(model, {
    members: settings.slice(0, models).map((_, run) => memberOf(fit, run)),
    batchSize: settings[0]!.batchSize,
    threads: options.threads,
  });
  const report = { engine: engine.name, device: session.device, reason, arithmetic };
  await hooks.wait(() => options.onStart?.({ ...report }));
  return report;
}

/** The state before the first group, or where a checkpoint left it. */
export async function startState(fit: Fit): Promise<FitState> {
  const { options: { checkpoint, resume, otherArithmetic }, runs, arithmetic } = fit;
  const cadence = new Cadence(checkpoint);
  const part = partOf(checkpoint?.part, runs.length);
  if (checkpoint?.arithmetic !== undefined) {
    checkArithmetic([checkpoint.arithmetic], arithmetic, {
      action: "train a part",
      subject: "the others are",
      advice: ". Train it on a machine like theirs, or all of them on machines like this one",
    });
  }
  const isKept = checkpoint !== undefined || resume !== undefined;
  const identity = isKept ? await identifyRuns(fit) : undefined;
  if (resume === undefined) {
    return { part, cadence, identity, arithmetic: [arithmetic], finished: [], kept: [] };
  }
  const training = (run: number) => plannedTraining(fit, run);
  checkIdentity(resume, identity!, { count: runs.length, part, training });
  checkCheckpoint(resume, (run) => fit.settings[part[0] + run]?.earlyStopping);
  if (!otherArithmetic) {
    checkArithmetic(resume.arithmetic, arithmetic, {
      action: "resume",
      subject: "the checkpoint was",
      advice: ", and would end with weights of neither. Resume where it was started, or anyway " +
        "with otherArithmetic (--other-arithmetic)",
    });
  }
  const kept = resume.runs.slice(0, resume.group[0]);
  return {
    part,
    cadence,
    identity,
    arithmetic: [...new Set([...resume.arithmetic, arithmetic])],
    finished: kept.map(fromCheckpoint),
    kept,
  };
}
