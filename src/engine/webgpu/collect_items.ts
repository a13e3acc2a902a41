import { NO_ENTRY, type SampleBatch } from "../sample_source.ts";
import type { EntryLayout } from "./entries.ts";

/** Items in a batch and their uses; the fields are laid out as `entries.ts` says. */
export interface Items {
  /** Number of items, and of their uses. */
  count: number;
  useCount: number;
  readonly items: Uint32Array<ArrayBuffer>;
  readonly uses: Uint32Array<ArrayBuffer>;
}

/** The items of one encoder in a batch. */
export interface EncoderItems extends Items {
  readonly origins: Uint32Array<ArrayBuffer>;
  /** The items of the leading layers, where these share entries and the others do not. */
  readonly shared: Items | undefined;
  readonly parents: Uint32Array<ArrayBuffer>;
}

/** A branch of a batch. */
interface BranchUse {
  readonly branch: number;
  readonly batch: SampleBatch;
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
    this.encoders = layout.encoders.map(({ capacity, expanded, sharedLayers }) => ({
      ...makeItems(capacity),
      origins: new Uint32Array(expanded ? 2 * capacity : 0),
      shared: sharedLayers > 0 ? makeItems(capacity) : undefined,
      parents: new Uint32Array(sharedLayers > 0 ? capacity : 0),
    }));
  }

  /** Finds the items of a gathered batch. */
  collect(batch: SampleBatch): void {
    const { encoders, branches } = this.#layout;
    for (const { index, branches, expanded } of encoders) {
      const found = this.encoders[index]!;
      for (const items of [found, found.shared]) {
        if (items !== undefined) items.count = items.useCount = 0;
      }
      for (const branch of branches) {
        const use = { branch, batch };
        if (!expanded) this.#share(found, use);
        else if (found.shared === undefined) this.#expand(found, use);
        else this.#shareThenExpand(found, found.shared, use);
      }
      this.places[index] = found.count;
      this.places[encoders.length + index] = found.shared?.count ?? 0;
    }
    const overReferences = branches.find(({ branch }) => branch.overReferences);
    if (overReferences !== undefined) this.#countReferences(batch, overReferences.offset);
  }

  /** Makes an item of each use of an entry. */
  #expand(found: EncoderItems, { branch, batch }: BranchUse): void {
    const { input: { places, spec }, offset } = this.#layout.branches[branch]!;
    const { entryOf } = batch.input(spec.name);
    for (let place = 0; place < batch.samples * places; place++) {
      const entry = entryOf[place]!;
      if (entry === NO_ENTRY) {
        this.places[offset + place] = NO_ENTRY;
        continue;
      }
      const item = found.count++;
      this.places[offset + place] = item;
      found.items.set([branch, entry, found.useCount, found.useCount + 1], 4 * item);
      found.origins.set([Math.floor(place / places), place % places], 2 * item);
      found.uses[found.useCount++] = place;
    }
  }

  /** Makes an item of each entry, with its uses in order. */
  #share(found: Items, { branch, batch }: BranchUse): void {
    const { input: { places, spec }, offset } = this.#layout.branches[branch]!;
    const { entries, entryOf } = batch.input(spec.name);
    const first = found.count;
    const end = batch.samples * places;
    const counts = new Uint32Array(entries);
    for (let place = 0; place < end; place++) {
      const entry = entryOf[place]!;
      if (entry !== NO_ENTRY) counts[entry]!++;
    }
    for (const [entry, count] of counts.entries()) {
      found.items.set([branch, entry, found.useCount, found.useCount], 4 * (first + entry));
      found.useCount += count;
    }
    for (let place = 0; place < end; place++) {
      const entry = entryOf[place]!;
      this.places[offset + place] = entry === NO_ENTRY ? NO_ENTRY : first + entry;
      if (entry !== NO_ENTRY) found.uses[found.items[4 * (first + entry) + 3]!++] = place;
    }
    found.count += entries;
  }

  /** Makes a shared item of each entry, and an item of each of its uses, which continues it. */
  #shareThenExpand(found: EncoderItems, shared: Items, use: BranchUse): void {
    const { offset } = this.#layout.branches[use.branch]!;
    const [firstUse, firstShared, firstItem] = [shared.useCount, shared.count, found.count];
    this.#share(shared, use);
    this.#expand(found, use);
    for (let item = firstItem; item < found.count; item++) {
      found.parents[item] = firstShared + found.items[4 * item + 1]!;
    }
    for (let i = firstUse; i < shared.useCount; i++) {
      shared.uses[i] = this.places[offset + shared.uses[i]!]!;
    }
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

function makeItems(capacity: number): Items {
  return {
    count: 0,
    useCount: 0,
    items: new Uint32Array(4 * capacity),
    uses: new Uint32Array(capacity),
  };
}
