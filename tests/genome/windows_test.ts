import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import type { Gene } from "../../src/genome/gene.ts";
import { flipBins, geneWindows } from "../../src/genome/windows.ts";

function gene(chromosome: string, tss: number, strand: "+" | "-" = "+"): Gene {
  return { id: `${chromosome}:${tss}`, chromosome, tss, strand, line: 1 };
}

Deno.test("a window is [tss - 5000, tss + 5000) in 100 bins on either strand", () => {
  for (const strand of ["+", "-"] as const) {
    const { bins, binSizeBp, chromosomes } = geneWindows([gene("chr1", 12_345, strand)]);
    deepStrictEqual([bins, binSizeBp], [100, 100]);
    deepStrictEqual([...chromosomes[0]!.starts], [7345]);
  }
});

Deno.test("in transcript orientation a window of the minus strand is the mirror image of one of the plus strand", () => {
  const place = fc.record({
    tss: fc.nat(2 ** 31 - 1),
    halfBins: fc.integer({ min: 1, max: 40 }),
    binSizeBp: fc.integer({ min: 1, max: 60 }).map((half) => 2 * half),
  });
  fc.assert(fc.property(place, ({ tss, halfBins, binSizeBp }) => {
    const halfWidthBp = halfBins * binSizeBp / 2;
    const options = { binSizeBp, halfWidthBp, orientation: "transcript" } as const;
    const startOf = (strand: "+" | "-") =>
      geneWindows([gene("chr1", tss, strand)], options).chromosomes[0]!.starts[0]!;
    // Distances of the first base and of the base after the last, along the direction of transcription.
    strictEqual(startOf("+"), tss - halfWidthBp);
    strictEqual(startOf("-") + 2 * halfWidthBp - 1, tss + halfWidthBp);
  }));
});

Deno.test("windows of both strands stay sorted when those of the minus strand are one base further right", () => {
  const genes = [gene("chr1", 100, "-"), gene("chr1", 101), gene("chr1", 101, "-")];
  const { chromosomes } = geneWindows(genes, { halfWidthBp: 50, orientation: "transcript" });
  deepStrictEqual([...chromosomes[0]!.starts], [51, 51, 52]);
  deepStrictEqual([...chromosomes[0]!.geneIndex], [0, 1, 2]);
});

Deno.test("windows of any size may start before the start of their chromosome", () => {
  const options = { binSizeBp: 50, halfWidthBp: 75 };
  const { bins, chromosomes } = geneWindows([gene("chr1", 0)], options);
  strictEqual(bins, 3);
  deepStrictEqual([...chromosomes[0]!.starts], [-75]);
});

Deno.test("windows are sorted by start, and every gene has exactly one", () => {
  const genes = fc.array(
    fc.record({ chromosome: fc.constantFrom("chr1", "chr2", "X"), tss: fc.nat(2 ** 31 - 1) }),
  );
  fc.assert(fc.property(genes, (places) => {
    const genes = places.map(({ chromosome, tss }) => gene(chromosome, tss));
    const windows = geneWindows(genes);
    const names = windows.chromosomes.map(({ chromosome }) => chromosome);
    deepStrictEqual(names, [...new Set(genes.map(({ chromosome }) => chromosome))]);
    const seen: number[] = [];
    for (const { chromosome, starts, geneIndex } of windows.chromosomes) {
      ok(starts.every((start, i) => i === 0 || starts[i - 1]! <= start));
      for (const [i, index] of geneIndex.entries()) {
        deepStrictEqual([genes[index]!.chromosome, genes[index]!.tss - 5000], [
          chromosome,
          starts[i],
        ]);
      }
      seen.push(...geneIndex);
    }
    deepStrictEqual(seen.sort((a, b) => a - b), genes.map((_, i) => i));
    strictEqual(windows.genes, genes.length);
  }));
});

Deno.test("windows that are not a whole number of bins are refused", () => {
  for (const bad of [{ binSizeBp: 0 }, { halfWidthBp: 2.5 }, { halfWidthBp: 2 ** 31 }]) {
    throws(() => geneWindows([], bad), {
      name: "RangeError",
      message: /expected an integer from 1/,
    });
  }
  throws(() => geneWindows([], { binSizeBp: 300 }), /2 × 5000 bp are not a whole number .* 300 bp/);
});

Deno.test("a TSS that is not a position is refused with its gene and line", () => {
  for (const tss of [NaN, -1, 0.5, 2 ** 31]) {
    const genes = [{ ...gene("chr1", tss), id: "x", line: 7 }];
    throws(() => geneWindows(genes), { name: "RangeError", message: /TSS of gene x, line 7, is/ });
  }
});

Deno.test("flipping reverses the bins of minus-strand genes and keeps the marks in place", () => {
  const signal = Float32Array.of(1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6);
  flipBins(signal, [gene("a", 1, "-"), gene("a", 1, "+")], { bins: 3, marks: 2 });
  deepStrictEqual([...signal], [5, 6, 3, 4, 1, 2, 1, 2, 3, 4, 5, 6]);
});

Deno.test("flipping once gives the mirror image, and flipping twice changes nothing", () => {
  const shape = fc.record({
    bins: fc.integer({ min: 1, max: 9 }),
    marks: fc.integer({ min: 1, max: 4 }),
    strands: fc.array(fc.constantFrom("+" as const, "-" as const), { maxLength: 4 }),
  });
  fc.assert(fc.property(shape, ({ bins, marks, strands }) => {
    const size = bins * marks;
    const signal = Uint16Array.from({ length: strands.length * size }, (_, i) => i);
    const genes = strands.map((strand) => ({ strand }));
    const flipped = signal.slice();
    flipBins(flipped, genes, { bins, marks });
    for (const [i, value] of signal.entries()) {
      const [index, bin, mark] = [Math.floor(i / size), Math.floor(i % size / marks), i % marks];
      const place = strands[index] === "+" ? bin : bins - 1 - bin;
      strictEqual(flipped[index * size + place * marks + mark], value);
    }
    flipBins(flipped, genes, { bins, marks });
    deepStrictEqual(flipped, signal);
  }));
});

Deno.test("a signal of another size is not flipped", () => {
  throws(() => flipBins(new Uint8Array(7), [gene("a", 1)], { bins: 2, marks: 3 }), {
    name: "TypeError",
    message: /signal has 7 values, expected 1 genes × 2 bins × 3 marks/,
  });
});

Deno.test("windows with more bins than any model takes are refused", () => {
  throws(
    () => geneWindows([gene("a", 1e6)], { halfWidthBp: 50_000, binSizeBp: 1 }),
    /RangeError: .* are 100000 bins of 1 bp, expected at most 65536/,
  );
});

Deno.test("windows are refused an orientation that there is not, and strands that would be taken for none", () => {
  const genes = [gene("chr1", 5000, "-")];
  for (const orientation of ["transcripts", 1, "Transcript"] as never[]) {
    throws(() => geneWindows(genes, { orientation }), /orientation is .*, expected one of genomic/);
  }
  for (const strand of [-1, "-1", "minus", 0] as never[]) {
    throws(
      () => geneWindows([{ ...genes[0]!, strand }]),
      /strand of gene "chr1:5000" is .*"\+", "-"/,
    );
  }
  const none = { ...genes[0]!, strand: null as never };
  deepStrictEqual([...geneWindows([none]).chromosomes[0]!.starts], [0]);
  throws(() => geneWindows([none], { orientation: "transcript" }), /have no strand/);
  throws(() => geneWindows("genes.gtf" as never), /found a string as genes, expected an array/);
  throws(() => geneWindows([null as never]), /the TSS of gene .* is missing, expected an integer/);
});
