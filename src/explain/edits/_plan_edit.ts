/** Finds the samples that edits are made to, and what their steps name. */

import { formatCountOf } from "../../base/count.ts";
import { listSome, showName } from "../../base/wording.ts";
import { ContractError, FormatError } from "../../errors.ts";
import type { EditFailure, EditScope } from "./_scope.ts";
import { planStep } from "./_plan_step.ts";
import type { PlannedEdit } from "./_planned_edit.ts";
import type { Edit } from "./edits.ts";

/**
 * Finds what an edit names.
 *
 * @throws {FormatError} If it names what the data lack, or cannot be made to any sample; of a file's edit, with its line.
 * @throws {ContractError} The same for other edits.
 */
export function planEdit(edit: Edit, scope: EditScope): PlannedEdit {
  const failure = failureOf(edit, 0);
  if (edit.steps.length === 0) failure.fail("it has no steps, expected one or more");
  const list = listSamples(edit, scope, failure);
  const plans = edit.steps.map((step, place) =>
    planStep(step, { scope, ...failureOf(edit, place) })
  );
  const faultAt = (position: number) => {
    for (const plan of plans) {
      const fault = plan.faultAt(position);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
  const leftOut = new Map<string, number>();
  const all = list();
  for (const position of all) {
    const fault = faultAt(position);
    if (fault !== undefined) leftOut.set(fault, (leftOut.get(fault) ?? 0) + 1);
  }
  const skipped = [...leftOut.values()].reduce((sum, count) => sum + count, 0);
  if (skipped === all.length) {
    // Reasons are sentences, which are not to be cut as names are.
    const [first, second] = leftOut.keys();
    const others = leftOut.size > 2 ? `; and ${leftOut.size - 2} more` : "";
    failure.fail(second === undefined ? first! : `${first}; ${second}${others}`);
  }
  const steps = plans.map(({ step }) => step);
  return {
    edit,
    steps,
    samples: all.length - skipped,
    leftOut,
    isDrawn: steps.some(({ kind }) => kind === "draw"),
    listPositions: () =>
      skipped === 0 ? list() : list().filter((position) => faultAt(position) === undefined),
  };
}

/** Finds the samples that an edit names, and returns what lists their positions, ascending. */
function listSamples(
  { gene, cellType }: Edit,
  scope: EditScope,
  failure: EditFailure,
): () => Uint32Array {
  const genes = gene === undefined ? undefined : scope.findGenes(gene, "gene", failure);
  const cellTypes = cellType === undefined
    ? undefined
    : new Set(scope.findCellTypes(cellType, "cell_type", failure));
  const isIn = (position: number) => cellTypes?.has(scope.cellTypeAt(position)) ?? true;
  const list = (): Uint32Array => {
    const all = genes === undefined
      ? Uint32Array.from({ length: scope.data.length }, (_, position) => position)
      : Uint32Array.from(genes.flatMap((each) => [...scope.index.ofGene(each)])).sort();
    return cellTypes === undefined ? all : all.filter(isIn);
  };
  if (list().length === 0) {
    failure.fail(
      gene === undefined
        ? "the data have no samples"
        : `the data have no sample of ${showName(gene)} in ${
          showName(cellType ?? "any cell type")
        }`,
    );
  }
  return list;
}

/** What throws the error of an edit that cannot be made, with the line of one of its steps. */
function failureOf({ id, source }: Edit, step: number): EditFailure {
  return {
    fail(found) {
      const message = `Cannot make edit "${showName(id)}": ${found}`;
      if (source === undefined) throw new ContractError(message);
      const line = source.lines[step] ?? source.lines[0];
      throw new FormatError(message, { file: source.file, ...(line !== undefined && { line }) });
    },
  };
}

/** Says which samples of edits were left out, a sentence for each reason. */
export function describeLeftOut(planned: readonly PlannedEdit[]): string[] {
  const counts = new Map<string, { samples: number; readonly ids: string[] }>();
  for (const { edit, leftOut } of planned) {
    for (const [reason, samples] of leftOut) {
      const known = counts.get(reason) ?? { samples: 0, ids: [] };
      counts.set(reason, known);
      known.samples += samples;
      known.ids.push(`"${showName(edit.id)}"`);
    }
  }
  return Array.from(
    counts,
    ([reason, { samples, ids }]) =>
      `${formatCountOf(samples, "sample")} left out of ${ids.length === 1 ? "edit" : "edits"} ${
        listSome(ids)
      }: ${reason}`,
  );
}
