import { UNKNOWN_BASE } from "../base/sequences.ts";
import { ContractError } from "../errors.ts";
import { isOverReferences } from "../model/inputs.ts";
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

/**
 * Has a source fill a batch, and checks what it wrote, unless the source was checked as a whole: engines do not check
 * addresses, so a mistake in a user's own source would give a wrong number or end the session.
 *
 * @param source The samples.
 * @param rows Which of them; no more than the batch has room for.
 * @param batch Receives them.
 * @throws {ContractError} If the batch does not hold these samples.
 */
export async function gatherBatch(
  source: SampleSource,
  rows: Uint32Array,
  batch: SampleBatch,
): Promise<void> {
  // The rest of another batch must not be taken for this one's.
  batch.samples = 0;
  for (const input of batch.inputs) {
    input.entries = 0;
    noteLetters(input, undefined);
    admitLetters(input, isChecked(source));
  }
  await source.gather(rows, batch);
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
