import { NO_ENTRY, type SampleBatch } from "../sample_source.ts";
import type { EncoderEntries, EntryLayout } from "./entries.ts";

/** The items of one encoder in a batch; the fields are laid out as `entries.ts` says. */
export interface EncoderItems {
  /** Number of items. */
  count: number;
  readonly items: Uint32Array<ArrayBuffer>;
  readonly uses: Uint32Array<ArrayBuffer>;
  readonly origins: Uint32Array<ArrayBuffer>;
}

/** The items of all encoders in a batch of one model, in arrays that are used again for the next batch. */
export class ItemCollector {
  readonly places: Uint32Array<ArrayBuffer>;
  readonly encoders: readonly EncoderItems[];
  readonly #layout: EntryLayout;

  /** Takes memory for batches of the layout's size. */
  constructor(layout: EntryLayout) {
    this.#layout = layout;
    this.places = new Uint32Array(layout.stride);
    this.encoders = layout.encoders.map(({ capacity, expanded }) => ({
      count: 0,
      items: new Uint32Array(4 * capacity),
      uses: new Uint32Array(capacity),
      origins: new Uint32Array(expanded ? 2 * capacity : 0),
    }));
  }

  /** Finds the items of a gathered batch. */
  collect(batch: SampleBatch): void {
    const { encoders, branches } = this.#layout;
    for (const encoder of encoders) {
      const found = this.encoders[encoder.index]!;
      found.count = 0;
      let uses = 0;
      for (const branch of encoder.branches) {
        uses = encoder.expanded
          ? this.#expand(encoder, { branch, batch, uses })
          : this.#share(encoder, { branch, batch, uses });
      }
      this.places[encoder.index] = found.count;
    }
    const overReferences = branches.find(({ branch }) => branch.overReferences);
    if (overReferences !== undefined) this.#countReferences(batch, overReferences.offset);
  }

  /** Makes an item of each use of an entry. */
  #expand({ index }: EncoderEntries, { branch, batch, uses }: BranchUse): number {
    const { input: { places, spec }, offset } = this.#layout.branches[branch]!;
    const { entryOf } = batch.input(spec.name);
    const found = this.encoders[index]!;
    for (let place = 0; place < batch.samples * places; place++) {
      const entry = entryOf[place]!;
      if (entry === NO_ENTRY) {
        this.places[offset + place] = NO_ENTRY;
        continue;
      }
      const item = found.count++;
      this.places[offset + place] = item;
      found.items.set([branch, entry, uses, uses + 1], 4 * item);
      found.origins.set([Math.floor(place / places), place % places], 2 * item);
      found.uses[uses++] = place;
    }
    return uses;
  }

  /** Makes an item of each entry, with its uses in order. */
  #share({ index }: EncoderEntries, { branch, batch, uses }: BranchUse): number {
    const { input: { places, spec }, offset } = this.#layout.branches[branch]!;
    const { entries, entryOf } = batch.input(spec.name);
    const found = this.encoders[index]!;
    const first = found.count;
    const end = batch.samples * places;
    const counts = new Uint32Array(entries);
    for (let place = 0; place < end; place++) {
      const entry = entryOf[place]!;
      if (entry !== NO_ENTRY) counts[entry]!++;
    }
    for (const [entry, count] of counts.entries()) {
      found.items.set([branch, entry, uses, uses], 4 * (first + entry));
      uses += count;
    }
    for (let place = 0; place < end; place++) {
      const entry = entryOf[place]!;
      this.places[offset + place] = entry === NO_ENTRY ? NO_ENTRY : first + entry;
      if (entry !== NO_ENTRY) found.uses[found.items[4 * (first + entry) + 3]!++] = place;
    }
    found.count += entries;
    return uses;
  }

  #countReferences({ samples }: SampleBatch, offset: number): void {
    const { references } = this.#layout;
    const presentOffset = this.#layout.presentOffset();
    for (let sample = 0; sample < samples; sample++) {
      let present = 0;
      for (let reference = 0; reference < references; reference++) {
        if (this.places[offset + sample * references + reference] !== NO_ENTRY) present++;
      }
      this.places[presentOffset + sample] = present;
    }
  }
}

interface BranchUse {
  readonly branch: number;
  readonly batch: SampleBatch;
  /** Uses of the encoder's items so far. */
  readonly uses: number;
}
