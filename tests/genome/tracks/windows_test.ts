/** Windows on the genome: where they lie, and what becomes of those that overlap. */

import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import {
  describePlaces,
  placeWindows,
  type PlaceWindowsOptions,
  type SamplePlace,
} from "../../../src/genome/tracks/place_windows.ts";
import { OVERLAP_RULES, sweepWindows } from "../../../src/genome/tracks/sweep_windows.ts";
import { geneWindows } from "../../../src/genome/windows.ts";
import type { Gene } from "../../../src/genome/gene.ts";
import type { TssRule } from "../../../src/record.ts";
import { makeRandom } from "../../helpers/tracks.ts";

const CHROMOSOMES = [{ name: "chr1", length: 3000 }, { name: "chr2", length: 900 }];
const SHAPE = { bins: 4, binSizeBp: 50, orientation: "transcript" } as const;

/** A gene whose place is known. */
type PlacedGene = Pick<Gene, "chromosome" | "tss" | "strand"> & { readonly name: string };

function randomPlaces(seed: number, count: number): PlacedGene[] {
  const random = makeRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const { name, length } = CHROMOSOMES[Math.floor(2 * random())]!;
    const strand = random() < 0.5 ? "-" as const : "+" as const;
    return { name: `gene ${i}`, chromosome: name, tss: Math.floor(random() * length), strand };
  });
}

/** The value of each base, by going through all samples for each of them; `undefined` where no window lies. */
function valueByBase(
  places: readonly PlacedGene[],
  { bins, binSizeBp, orientation }: PlaceWindowsOptions,
  values: Float32Array,
): (number | undefined)[][] {
  const half = bins * binSizeBp / 2;
  return CHROMOSOMES.map(({ name, length }) =>
    Array.from({ length }, (_, base) => {
      const found = places.flatMap(({ chromosome, tss, strand }, sample) => {
        if (chromosome !== name) return [];
        const isReversed = strand === "-" && orientation === "transcript";
        const along = isReversed ? tss + half - base : base - (tss - half);
        const bin = Math.floor(along / binSizeBp);
        return bin >= 0 && bin < bins ? [values[sample * bins + bin]!] : [];
      });
      if (found.length === 0) return undefined;
      return Math.fround(found.reduce((sum, value) => sum + value, 0) / found.length);
    })
  );
}

for (const orientation of ["transcript", "genomic"] as const) {
  Deno.test(`the mean over overlapping windows is that of each base, ${orientation}`, () => {
    for (const [seed, count] of [[1, 1], [2, 5], [3, 12], [4, 60]] as const) {
      const shape = { ...SHAPE, orientation };
      const places = randomPlaces(seed, count);
      const values = Float32Array.from({ length: count * SHAPE.bins }, makeRandom(seed + 9));
      const wanted = valueByBase(places, shape, values);
      const found = wanted.map((bases): (number | undefined)[] => bases.map(() => undefined));
      const placed = placeWindows(places, { ...shape, chromosomes: CHROMOSOMES });
      for (const block of sweepWindows(placed, { values }, "mean")) {
        const bases = found[CHROMOSOMES.findIndex(({ name }) => name === block.chromosome)]!;
        for (const [i, start] of block.starts.entries()) {
          ok(bases[start] === undefined && block.ends[i]! > start);
          bases.fill(block.values[i], start, block.ends[i]);
        }
      }
      deepStrictEqual(found, wanted);
    }
  });
}

Deno.test("windows lie where they were counted, with every rule of the TSS", () => {
  const genes = randomPlaces(5, 40).map((place, line): Gene => ({
    ...place,
    id: place.name,
    line,
  }));
  for (const tss of ["gene", "canonical", "transcript", "bed"] satisfies TssRule[]) {
    for (const orientation of ["transcript", "genomic"] as const) {
      const counted = geneWindows(genes, { binSizeBp: 50, halfWidthBp: 100, orientation, tss });
      const placed = placeWindows(genes.map(({ id, ...gene }) => ({ ...gene, name: id })), {
        ...SHAPE,
        orientation,
        tss,
      });
      for (const { name, starts, samples } of placed.chromosomes) {
        const own = counted.chromosomes.find(({ chromosome }) => chromosome === name)!;
        const startOf = new Map(Array.from(own.geneIndex, (gene, i) => [gene, own.starts[i]]));
        deepStrictEqual([...starts], Array.from(samples, (sample) => startOf.get(sample)));
      }
    }
  }
});

Deno.test("the letters of DNA lie where the base of the TSS says", () => {
  // The TSS is the third of four letters, on both strands.
  const places = [
    { name: "a", chromosome: "chr1", tss: 100, strand: "+" },
    { name: "b", chromosome: "chr1", tss: 200, strand: "-" },
  ] as const;
  const placed = placeWindows(places, { ...SHAPE, binSizeBp: 1, tssBase: 2 });
  const [block] = [
    ...sweepWindows(placed, { values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) }, "mean"),
  ];
  deepStrictEqual([...block!.starts], [98, 99, 100, 101, 199, 200, 201, 202]);
  deepStrictEqual([...block!.values], [1, 2, 3, 4, 8, 7, 6, 5]);
});

Deno.test("the nearest TSS has the bases of its side, in whole bins where it can", () => {
  const places = [500, 580].map((tss) => ({ name: `${tss}`, chromosome: "chr1", tss }));
  const placed = placeWindows(places, { bins: 4, binSizeBp: 100, orientation: "genomic" });
  const values = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const [block] = [...sweepWindows(placed, { values }, "nearest")];
  const intervals = Array.from(
    block!.starts,
    (start, i) => [start, block!.ends[i], block!.values[i]],
  );
  deepStrictEqual(intervals, [
    [300, 400, 1],
    [400, 500, 2],
    // From 480 to 580 is the second bin of the other gene, whose TSS is nearer past 540.
    [500, 580, 3],
    [580, 680, 7],
    [680, 780, 8],
  ]);
  strictEqual(OVERLAP_RULES.length, 2);
});

Deno.test("values of several tracks stand beside each other", () => {
  const placed = placeWindows([{ name: "a", chromosome: "c", tss: 10 }], {
    bins: 2,
    binSizeBp: 10,
    orientation: "genomic",
  });
  const values = Float32Array.of(1, 2, 3, 4, 5, 6);
  const found = [0, 1, 2].map((offset) =>
    [...sweepWindows(placed, { values, stride: 3, offset }, "mean")].map((block) => [
      ...block.values,
    ])
  );
  deepStrictEqual(found, [[[1, 4]], [[2, 5]], [[3, 6]]]);
});

Deno.test("names of chromosomes are those of the samples, and long tables come in blocks", () => {
  const count = 9000;
  const places = Array.from({ length: count }, (_, i) => ({
    name: `${i}`,
    chromosome: i % 2 === 0 ? "1" : "2",
    tss: 100 + 300 * i,
    strand: "-" as const,
  }));
  const placed = placeWindows(places, {
    ...SHAPE,
    chromosomes: [{ name: "chr2", length: 1e7 }, { name: "chr1", length: 1e7 }],
  });
  deepStrictEqual(placed.chromosomes.map(({ name, length }) => [name, length]), [
    ["1", 1e7],
    ["2", 1e7],
  ]);
  const values = new Float32Array(count * SHAPE.bins).map((_, i) => i);
  let [sum, intervals] = [0, 0];
  for (const block of sweepWindows(placed, { values }, "mean")) {
    intervals += block.values.length;
    for (const value of block.values) sum += value;
  }
  strictEqual(intervals, values.length);
  strictEqual(sum, values.reduce((total, value) => total + value, 0));
});

Deno.test("what has no place is counted and left out", () => {
  const places: SamplePlace[] = [
    { name: "a", chromosome: "chr1", tss: 50, strand: "+" },
    { name: "b", chromosome: "chr1", tss: 60, strand: "+" },
    { name: "c", chromosome: "chr1", strand: "+" },
    { name: "d" },
    { name: "e", chromosome: "chrUn_1", tss: 4, strand: "+" },
    { name: "f", chromosome: "chr2", tss: 450, strand: "+" },
  ];
  const { counts } = placeWindows(places, { ...SHAPE, chromosomes: CHROMOSOMES });
  deepStrictEqual(counts, { placed: 3, unplaced: 2, elsewhere: 1, overlapping: 2, cut: 2 });
  deepStrictEqual(describePlaces(counts, "the mean over them"), [
    "2 of 3 windows share bases with another: tracks have the mean over them there",
    "2 of 3 windows reach past an end of their chromosome and are cut",
    "2 samples are in no track: it is not known where their genes lie",
    "1 sample is in no track: the lengths of their chromosomes are not known",
  ]);
  deepStrictEqual(
    describePlaces({ placed: 1, unplaced: 0, elsewhere: 0, overlapping: 0, cut: 0 }, ""),
    [],
  );
});

Deno.test("places that cannot be are refused", () => {
  const place = { name: "DPM1", chromosome: "chr1", tss: 5, strand: "+" as const };
  for (const tss of [-1, 1.5, NaN, 2 ** 31]) {
    throws(() => placeWindows([{ ...place, tss }], SHAPE), /DPM1 on the genome: its TSS is/);
  }
  throws(
    () => placeWindows([{ ...place, tss: 3000 }], { ...SHAPE, chromosomes: CHROMOSOMES }),
    /its TSS is base 3000 of chr1, which has 3000 bp/,
  );
  const { strand: _, ...strandless } = place;
  throws(() => placeWindows([strandless], SHAPE), /its strand is not known/);
  strictEqual(placeWindows([strandless], { ...SHAPE, orientation: "genomic" }).counts.placed, 1);
});
