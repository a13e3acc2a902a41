import { UNKNOWN_BASE } from "../base/sequences.ts";
import { untilAborted } from "../base/until_aborted.ts";
import { ContractError } from "../errors.ts";
import { isOverReferences } from "../model/inputs.ts";
import type { AbortOptions } from "../progress.ts";
import { admitLetters, noteLetters } from "./gathered_letters.ts";
import { isChecked } from "./joined_source.ts";
import {
  type GatheredInput,
  NO_ENTRY,
  placesOf,
  type SampleBatch,
  type SampleSource,
} from "./sample_source.ts";

/** Largest code of a base: that of one whose letter is not known, which a branch sees as four zeros. */
export const LAST_BASE = UNKNOWN_BASE;

/** Sources that were given up and may still write into a batch: it is not used again before they have ended. */
const abandoned = new WeakMap<SampleBatch, Promise<unknown>>();

/**
 * Has a source fill a batch, and checks what it wrote, unless the source was checked as a whole: engines do not check
 * addresses, so a mistake in a user's own source would give a wrong number or end the session.
 *
 * @param source The samples.
 * @param rows Which of them; no more than the batch has room for.
 * @param batch Receives them.
 * @param options Its signal ends the waiting for a source that does not answer.
 * @throws {ContractError} If the batch does not hold these samples.
 * @throws The reason of the signal, once it is aborted.
 */
export async function gatherBatch(
  source: SampleSource,
  rows: Uint32Array,
  batch: SampleBatch,
  options: AbortOptions = {},
): Promise<void> {
  const former = abandoned.get(batch);
  if (former !== undefined) {
    await untilAborted(former, { signal: options.signal });
    abandoned.delete(batch);
  }
  // The rest of another batch must not be taken for this one's.
  batch.samples = 0;
  for (const input of batch.inputs) {
    input.entries = 0;
    noteLetters(input, undefined);
    admitLetters(input, isChecked(source));
  }
  const gathering = source.gather(rows, batch, options);
  // Most sources answer immediately, and there is nothing to wait for.
  if (isPromise(gathering)) await waitFor(gathering, batch, options);
  if (batch.samples !== rows.length) {
    fail(`found ${batch.samples} samples, expected ${rows.length}`);
  }
  if (isChecked(source)) return;
  for (const input of batch.inputs) {
    checkEntries(input, batch);
    if (input.spec.name === "sequence") checkBases(input);
  }
  checkSameReferences(batch);
}

/** Whether there is something to wait for: a function that returns the value of a call gives numbers, or `null`. */
function isPromise(answer: void | Promise<void>): answer is Promise<void> {
  return typeof Object(answer).then === "function";
}

/** Waits for a source; if its signal ends that, remembers that the source may still write. */
async function waitFor(
  gathering: Promise<void>,
  batch: SampleBatch,
  { signal }: AbortOptions,
): Promise<void> {
  let hasEnded = false;
  const end = () => void (hasEnded = true);
  const ended = gathering.then(end, end);
  try {
    await untilAborted(gathering, { signal });
  } finally {
    if (!hasEnded) abandoned.set(batch, ended);
  }
}

function fail(what: string): never {
  throw new ContractError(`Cannot use what the source gathered: ${what}`);
}

function checkEntries(
  { spec, entries, entryOf }: GatheredInput,
  { samples, capacity }: SampleBatch,
): void {
  const places = placesOf(spec);
  const most = capacity * places;
  if (!(Number.isInteger(entries) && entries >= 0 && entries <= most)) {
    fail(`found ${entries} entries of ${spec.name}, expected an integer from 0 to ${most}`);
  }
  const mayLack = isOverReferences(spec);
  for (let place = 0; place < samples * places; place++) {
    const entry = entryOf[place]!;
    if (entry < entries || (mayLack && entry === NO_ENTRY)) continue;
    const sample = Math.floor(place / places);
    fail(
      `found entry ${entry} of ${spec.name} for sample ${sample}, expected one below ${entries}`,
    );
  }
}

function checkBases(input: GatheredInput): void {
  const { spec, values, entries } = input;
  if (spec.name !== "sequence") return;
  for (let i = 0; i < entries * spec.bases; i++) {
    const code = values[i]!;
    if (code >= 0 && code <= LAST_BASE && Number.isInteger(code)) continue;
    fail(`found code ${code} in the sequence, expected an integer from 0 to ${LAST_BASE}`);
  }
}

/** Throws unless `references` and `referenceLabels` lack the same references. */
function checkSameReferences({ inputs, samples }: SampleBatch): void {
  const [first, second] = inputs.filter(({ spec }) => isOverReferences(spec));
  if (first === undefined || second === undefined) return;
  const places = placesOf(first.spec);
  for (let place = 0; place < samples * places; place++) {
    if ((first.entryOf[place] === NO_ENTRY) === (second.entryOf[place] === NO_ENTRY)) continue;
    const sample = Math.floor(place / places);
    fail(
      `found ${first.spec.name} and ${second.spec.name} of sample ${sample} with different ones missing, expected ` +
        "the same ones",
    );
  }
}
