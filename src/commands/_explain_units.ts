/** The units of `explain`: some blocks of samples each, and the null, if there is one. */

import { boolean, optional } from "../base/field.ts";
import { object } from "../base/fields.ts";
import { chooseThreads } from "../base/threads.ts";
import { formatCountOf } from "../base/count.ts";
import type { PlannedUnit } from "../cluster/plan.ts";
import { ContractError } from "../errors.ts";
import { testAttributions } from "../explain/mod.ts";
import { type AttributionBlock, freeBlock } from "./_attribution_bytes.ts";
import { checkExplainFlags, type ExplainFlags } from "./_explain_flags.ts";
import { BlockStore, NULL_BLOCK } from "./_explanation_blocks.ts";
import {
  BLOCKS_FOLDER,
  type ExplanationDirectory,
  openExplanation,
  refuseHeldExplanation,
  refusePlace,
} from "./_explanation_directory.ts";
import { prepareNull, surveyNull, wholeOf } from "./_explanation_null.ts";
import { digestOfPlan, type Plan } from "./_explanation_plan.ts";
import { planTracks } from "./_explanation_tracks.ts";
import { computeBlocks, countBlocks, type ExplanationWork, planWork } from "./_explanation_work.ts";
import { peakMemory } from "./_peak_memory.ts";
import { explanationInputs, prepareExplanation, runExplanation } from "./_run_explanation.ts";
import { secondsPerSample } from "./_survey_explanation.ts";
import { checkPlannedArithmetic, checkPlannedInputs } from "./_unit_checks.ts";
import { cutSpans, itemsPerUnit, settingsOf, SPAN } from "./_unit_settings.ts";
import type {
  Division,
  FinishedUnit,
  GatherCall,
  Gathered,
  PlanCall,
  UnitKind,
  WorkCall,
  WorkDone,
} from "./_units.ts";

/** How the work of `explain` is divided. */
export const explainUnits: UnitKind<ExplainFlags> = { plan, work, gather };

/** The folder of a unit's blocks, in its own. */
const EXPLANATION = "explanation";

/** What a unit explains: the blocks from one number to another, or the null. */
const SETTINGS = object({ blocks: optional(SPAN), null: optional(boolean) });

async function plan(flags: ExplainFlags, call: PlanCall): Promise<Division> {
  const { args: [model = ""], given, signal } = call;
  checkExplainFlags(flags, given);
  await refusePlace(flags.out);
  await refuseHeldExplanation(flags.out, flags);
  const started = performance.now();
  const work = await prepareExplanation(model, flags);
  await planTracks(work);
  const loadSeconds = (performance.now() - started) / 1000;
  const sampleSeconds = await secondsPerSample(work, signal);
  const blockSeconds = work.blockSize * sampleSeconds;
  const blocks = countBlocks(work);
  const perUnit = call.perUnit ?? itemsPerUnit(blockSeconds);
  const common = {
    needs: Object.keys(work.inputs),
    seed: flags.seed,
    threads: chooseThreads(flags.threads),
    memoryBytes: peakMemory(),
  };
  const makes = [`${EXPLANATION}/${BLOCKS_FOLDER}/`];
  const units: PlannedUnit[] = [];
  if (flags.null !== "none") {
    const does = `the null, ${flags.null}`;
    const ownSeconds = await surveyNull(work, { secondsPerSample: sampleSeconds, signal });
    const seconds = Math.ceil(loadSeconds + ownSeconds);
    units.push({ ...common, id: "null", does, makes, seconds, settings: { null: true } });
  }
  for (const [first, end] of cutSpans(blocks, perUnit)) {
    const isOne = end === first + 1;
    units.push({
      ...common,
      id: isOne ? `block${end}` : `blocks${first + 1}-to-${end}`,
      does: `${isOne ? `block ${end}` : `blocks ${first + 1} to ${end}`} of ${blocks}`,
      makes,
      seconds: Math.ceil(loadSeconds + (end - first) * blockSeconds),
      settings: { blocks: [first, end] },
    });
  }
  return { units, inputs: work.inputs, arithmetic: work.arithmetic };
}

async function work(flags: ExplainFlags, call: WorkCall): Promise<WorkDone> {
  const { plan, unit, folder, args: [model = ""], signal } = call;
  const { blocks: range } = settingsOf(unit, SETTINGS);
  const work = await prepareExplanation(model, flags);
  checkPlannedInputs(plan, work.inputs);
  checkPlannedArithmetic(plan, work.arithmetic);
  await using directory = await openExplanation(
    `${folder}/${EXPLANATION}`,
    await planUnit(work),
    { overwrite: false, blocks: countBlocks(work) },
  );
  if (range === undefined) await prepareNull(work, directory, signal);
  else await computeBlocks(work, directory, { test: (found) => found, signal, range });
  return { arithmetic: work.arithmetic };
}

/**
 * Describes what the blocks of units depend on. They have no q-values, since the null is a unit of its own: they must not be
 * taken for those of the command.
 */
async function planUnit(work: ExplanationWork): Promise<Plan> {
  return { ...await planWork(work), "the part": "a unit of a plan, without q-values" };
}

async function gather(flags: ExplainFlags, call: GatherCall): Promise<Gathered> {
  const { plan, units, isRepeated, args: [model = ""] } = call;
  checkPlannedInputs(plan, await explanationInputs(model, flags));
  // It may be early: what is in --out is compared, and nothing of another work is replaced.
  await call.begin();
  await runExplanation(flags, call, {
    arithmetic: plan.arithmetic,
    isRepeated,
    take: (work, directory) => takeBlocks(work, directory, { units, signal: call.signal }),
  });
  return { next: [] };
}

/** Puts the blocks of the units into the directory, with q-values if there is a null. */
async function takeBlocks(
  work: ExplanationWork,
  directory: ExplanationDirectory,
  { units, signal }: { readonly units: readonly FinishedUnit[]; readonly signal: AbortSignal },
): Promise<void> {
  const digest = await digestOfPlan(await planUnit(work));
  const parts = units.map((unit) => ({
    unit: unit.unit,
    range: settingsOf(unit, SETTINGS).blocks,
    store: new BlockStore(`${unit.folder}/${EXPLANATION}/${BLOCKS_FOLDER}`, digest),
  }));
  for (const { range, store, unit } of parts) {
    if (range !== undefined || await directory.readNull() !== undefined) continue;
    await directory.writeNull(await readBlock(store, { unit, block: NULL_BLOCK }));
  }
  // It is there now, so nothing is computed.
  const test = await prepareNull(work, directory, signal);
  for (const { range: [first, end] = [0, 0], store, unit } of parts) {
    for (let block = first; block < end; block++) {
      if (directory.kept.has(block)) continue;
      signal.throwIfAborted();
      const found = wholeOf(await readBlock(store, { unit, block }), work);
      const tested = test === undefined
        ? found
        : testAttributions(found, test.nullAttributions, work.data);
      await directory.write(block, tested);
      freeBlock(tested);
    }
  }
  const blocks = countBlocks(work);
  if (directory.kept.size === blocks) return;
  throw new ContractError(
    `Cannot gather: the units have ${directory.kept.size} of ${formatCountOf(blocks, "block")}`,
  );
}

async function readBlock(
  store: BlockStore,
  { unit, block }: { readonly unit: number; readonly block: number },
): Promise<AttributionBlock> {
  const found = await store.find(block);
  if (found !== undefined) return found;
  throw new ContractError(
    `Cannot gather: unit ${unit} has no block ${
      block === NULL_BLOCK ? "of the null" : block + 1
    } of this explanation. Remove its folder, and do it again`,
  );
}
