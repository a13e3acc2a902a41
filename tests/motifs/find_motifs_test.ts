import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { packSequences } from "../../src/base/sequence_packer.ts";
import { unpackSequence } from "../../src/base/sequences.ts";
import type { SequenceFilters } from "../../src/motifs/filters.ts";
import { filtersOf } from "../../src/motifs/filters.ts";
import { findMotifs, motifsOfWeights } from "../../src/motifs/find_motifs.ts";
import { logoSvg } from "../../src/motifs/logo.ts";
import { consensusOf, informationBits } from "../../src/motifs/motif.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { randomRows } from "../helpers/sequences.ts";

function randomFilters(count: number, width: number, bias = 0): SequenceFilters {
  const stream = new RandomStream(deriveKey(width, "filters"));
  return {
    count,
    width,
    weights: Float32Array.from({ length: count * width * 4 }, () => stream.normal()),
    bias: new Float32Array(count).fill(bias),
  };
}

/** Sites of a filter by trying every window: slow, but obviously right. */
function sitesOf(filters: SequenceFilters, rows: readonly string[], filter: number) {
  const { width, weights, bias } = filters;
  const packed = packSequences(rows);
  const found: { score: number; word: number[]; start: number }[] = [];
  for (const entry of rows.keys()) {
    const codes = new Uint8Array(packed.bases);
    unpackSequence(packed, entry, codes);
    for (let start = 0; start + width <= codes.length; start++) {
      const word = [...codes.subarray(start, start + width)];
      if (word.includes(4)) continue;
      const score = word.reduce(
        (sum, code, base) => sum + weights[(filter * width + base) * 4 + code]!,
        bias[filter]!,
      );
      found.push({ score, word, start });
    }
  }
  const maximum = Math.max(...found.map(({ score }) => score));
  return { maximum, sites: found.filter(({ score }) => score >= 0.5 * maximum) };
}

for (const width of [1, 6, 8, 9, 12]) {
  Deno.test(`filters of width ${width} have the sites that a search of every window finds`, () => {
    const rows = randomRows(12, 61);
    const filters = randomFilters(5, width);
    const { motifs, binBases, sequences } = findMotifs(filters, packSequences(rows), {
      positionBins: 7,
    });
    strictEqual(sequences, 12);
    for (const { filter, matrix, sites, maximum, positions } of motifs) {
      const slow = sitesOf(filters, rows, filter);
      ok(Math.abs(maximum - slow.maximum) < 1e-6);
      strictEqual(sites, slow.sites.length);
      for (const [base, column] of matrix.entries()) {
        const shares = [0, 1, 2, 3].map((code) =>
          slow.sites.filter(({ word }) => word[base] === code).length / sites
        );
        column.forEach((share, code) => ok(Math.abs(share - shares[code]!) < 1e-12));
      }
      const bins = positions.map((_, bin) =>
        slow.sites.filter(({ start }) => Math.floor(start / binBases) === bin).length
      );
      deepStrictEqual(positions, bins);
    }
  });
}

Deno.test("sites are the same however finely they are placed, beyond what a table of words may take", () => {
  const sequences = packSequences(randomRows(3, 2000));
  const filters = randomFilters(2, 8);
  const [coarse, fine] = [1, 2000].map((positionBins) =>
    findMotifs(filters, sequences, { positionBins })
  );
  for (const [filter, motif] of fine!.motifs.entries()) {
    const { sites, matrix, positions } = coarse!.motifs[filter]!;
    deepStrictEqual([motif.sites, motif.matrix], [sites, matrix]);
    strictEqual(motif.positions.length, 2000);
    strictEqual(motif.positions.reduce((sum, count) => sum + count, 0), positions[0]);
  }
});

Deno.test("a filter that never responds has no sites, and says nothing", () => {
  const { motifs: [motif], background } = findMotifs(
    randomFilters(1, 6, -100),
    packSequences(randomRows(3, 40)),
  );
  strictEqual(motif!.sites, 0);
  ok(motif!.maximum < 0);
  ok(Math.abs(motif!.bits) < 1e-12);
  ok(Math.abs(background.reduce((a, b) => a + b) - 1) < 1e-12);
});

Deno.test("entries are chosen, and options checked", () => {
  const packed = packSequences(["AAAAGAAA", "CCCCCCCC"]);
  const weights = Float32Array.of(0, 0, 1, 0); // [filter, base, letter]
  const filters = { count: 1, width: 1, weights, bias: new Float32Array(1) };
  strictEqual(findMotifs(filters, packed, { entries: [0, 0] }).motifs[0]!.sites, 2);
  strictEqual(findMotifs(filters, packed, { entries: [1] }).motifs[0]!.sites, 0);
  throws(() => findMotifs(filters, packed, { threshold: 0 }), /threshold is 0/);
  throws(() => findMotifs(filters, packed, { positionBins: 0.5 }), /positionBins is 0.5/);
  throws(() => findMotifs(randomFilters(1, 9), packed), /8 bases, expected at least/);
});

Deno.test("motifs of weights spell the letters of the greatest weights", () => {
  const filters = randomFilters(4, 6);
  for (const [filter, motif] of motifsOfWeights(filters).entries()) {
    const first = filter * 24;
    const spelt = motif.matrix.map((column) => column.indexOf(Math.max(...column)));
    const wanted = Array.from({ length: 6 }, (_, base) => {
      const column = [...filters.weights.subarray(first + 4 * base, first + 4 * base + 4)];
      return column.indexOf(Math.max(...column));
    });
    deepStrictEqual(spelt, wanted);
    ok(informationBits(motif).every((bits) => bits >= 0 && bits <= 2));
  }
});

Deno.test("the filters of a preset are its kernel, turned round", () => {
  const spec = presetSpec("waka-dna", { bases: 320 });
  const weights = initialWeights(spec, 3);
  const filters = filtersOf({ spec, weights });
  deepStrictEqual([filters.count, filters.width], [128, 6]);
  const kernel = weights.find(({ length }) => length === 6 * 4 * 128)!;
  strictEqual(filters.weights[(5 * 6 + 2) * 4 + 3], kernel[(2 * 4 + 3) * 128 + 5]);
  throws(
    () => filtersOf({ spec: presetSpec("wakawaka"), weights: [] }),
    /"wakawaka": it reads no sequence/,
  );
});

Deno.test("a logo shows letters as high as their information, and escapes names", () => {
  const svg = logoSvg({ name: `<"&`, matrix: [[1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25]] });
  strictEqual(svg.match(/<path/g)?.length, 1);
  ok(svg.includes(`aria-label="&lt;&quot;&amp;: AA"`));
  ok(svg.includes("scale(0.2 0.64)"));
  strictEqual(consensusOf({ matrix: [[0.4, 0.4, 0.1, 0.1], [0.3, 0.3, 0.2, 0.2]] }), "MN");
});
