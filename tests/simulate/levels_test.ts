import { ok, strictEqual } from "node:assert";
import { competitionLabel } from "../../src/atlas/competition_labels.ts";
import {
  labelOf,
  levelOf,
  referenceRpkmAt,
  roundLabel,
  rpkmAt,
} from "../../src/simulate/levels.ts";

Deno.test("RPKM grow with the level, and below the detection limit they are 0", () => {
  let previous = -1;
  let zeros = 0;
  for (let level = -12; level <= 12; level += 0.05) {
    const rpkm = rpkmAt(level);
    ok(rpkm >= previous && Number.isFinite(rpkm), `level ${level}: ${rpkm} after ${previous}`);
    if (rpkm === 0) zeros++;
    else ok(rpkm >= 0.002);
    ok(referenceRpkmAt(level) > 0);
    previous = rpkm;
  }
  ok(zeros > 0);
});

Deno.test("the level of RPKM is the inverse of the RPKM of a level", () => {
  for (let level = -1; level <= 5; level += 0.17) {
    ok(Math.abs(levelOf(rpkmAt(level)) - level) < 1e-8);
  }
});

Deno.test("labels are the competition's, and log2(RPKM + 1)", () => {
  for (const [rpkm, referenceRpkm] of [[5.605, 23.265], [0, 3], [7, 7], [900, 0.01]] as const) {
    const label = labelOf("signed-log-difference", { rpkm, referenceRpkm });
    strictEqual(Math.fround(label), competitionLabel(rpkm, referenceRpkm));
    strictEqual(labelOf("log2p1", { rpkm, referenceRpkm }), Math.log2(rpkm + 1));
  }
});

Deno.test("rounded labels have four decimals and no negative zero", () => {
  strictEqual(roundLabel(1.23456), 1.2346);
  ok(Object.is(roundLabel(-1e-9), 0));
});
