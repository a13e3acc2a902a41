import type { FunctionAssembler, Local, ModuleAssembler } from "../../assembler/assembler.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import { forEntryGroups, pushPlace, pushStream, pushVector } from "./groups.ts";
import { GROUP_ENTRIES, PANEL_ROW_BYTES, PANEL_VECTORS, SHARED_ENTRIES, STREAMS } from "./rows.ts";
import { SPARSE_ROW_KERNELS } from "./table.ts";

/** Adds `gatherDots`: two rows of delta stay in registers while the entries pass by. */
export function addGatherDots(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: SPARSE_ROW_KERNELS });
  add("gatherDots", (code, { delta, deltaStride, pairDeltaStride, b, pairs, ...rest }) => {
    const { sparse, stream, sparseStride } = rest;
    const pair = { sparse, stream };
    const dots = new PairDots(code, b);
    const second = code.local("i32");
    code.repeatLocal(pairs, () => {
      code.get(delta).get(deltaStride).op("i32.add").set(second);
      dots.hold("first", delta);
      dots.hold("second", second);
      forEntryGroups(code, pair, { which: "both", pointers: dots }, () => dots.addShared());
      for (const which of ["first", "second"] as const) {
        forEntryGroups(code, pair, { which, pointers: dots }, () => dots.add(which));
      }
      code.advanceBy(delta, pairDeltaStride).advanceBy(sparse, sparseStride);
    });
  });
}

/** One panel of two rows of delta, and their products with rows of B. */
class PairDots {
  readonly factors: Local;
  readonly places: Local;
  readonly #code: FunctionAssembler;
  readonly #b: Local;
  readonly #held: Readonly<Record<"first" | "second", readonly Local[]>>;
  readonly #rows: readonly Local[];
  readonly #dots: readonly [Local, Local, Local, Local];
  readonly #vector: Local;
  readonly #scratch: Local;

  constructor(code: FunctionAssembler, b: Local) {
    this.#code = code;
    this.#b = b;
    [this.factors, this.places] = code.locals("i32", 2);
    this.#rows = code.locals("i32", GROUP_ENTRIES);
    const [first, second] = [0, 1].map(() => code.locals("v128", PANEL_VECTORS));
    this.#held = { first: first!, second: second! };
    this.#dots = code.locals("v128", 4);
    [this.#vector, this.#scratch] = code.locals("v128", 2);
  }

  hold(which: "first" | "second", delta: Local): void {
    this.#held[which].forEach((vector, i) => this.#code.get(delta).load(16 * i).set(vector));
  }

  /** Adds the sums of a group of entries of one row, side by side. */
  add(which: "first" | "second"): void {
    const code = this.#code;
    this.#rows.forEach((_, entry) => this.#findRow(entry));
    this.#held[which].forEach((vector, i) => {
      this.#dots.forEach((dot, entry) => {
        code.get(vector);
        pushVector(code, this.#rows[entry]!, i);
        this.#addTo(dot, i);
      });
    });
    const [first, second, third, fourth] = this.#dots;
    this.#addHalves(first, second, first);
    this.#addHalves(third, fourth, third);
    this.#addSums(first, third);
  }

  /** Adds the sums of a group of entries of both rows, which take turns. */
  addShared(): void {
    const code = this.#code;
    const { first, second } = this.#held;
    const [dot, secondDot, ...halves] = this.#dots;
    for (let entry = 0; entry < SHARED_ENTRIES; entry++) {
      const row = this.#findRow(entry);
      for (let i = 0; i < PANEL_VECTORS; i++) {
        pushVector(code, row, i).set(this.#vector);
        code.get(first[i]!).get(this.#vector);
        this.#addTo(dot, i);
        code.get(second[i]!).get(this.#vector);
        this.#addTo(secondDot, i);
      }
      this.#addHalves(dot, secondDot, halves[entry]!);
    }
    this.#addSums(...halves);
  }

  #findRow(entry: number): Local {
    const row = this.#rows[entry]!;
    pushPlace(this.#code, { places: this.places, b: this.#b, entry }).set(row);
    return row;
  }

  /** Pops two vectors and adds their product to a dot, which begins with the first one. */
  #addTo(dot: Local, vector: number): void {
    const code = this.#code;
    if (vector === 0) code.op("f32x4.mul").set(dot);
    else code.get(dot).multiplyAdd(this.#scratch).set(dot);
  }

  /** Halves the lanes of two vectors, and puts both into one. */
  #addHalves(one: Local, other: Local, sum: Local): void {
    const code = this.#code;
    code.get(one).get(other).shuffle([0, 4, 1, 5]);
    code.get(one).get(other).shuffle([2, 6, 3, 7]).op("f32x4.add").set(sum);
  }

  /** Adds the sums of four vectors, of which halves are left, to what lies in the places of the group's factors. */
  #addSums(one: Local, other: Local): void {
    const code = this.#code;
    code.get(this.factors).get(this.factors).load();
    code.get(one).get(other).shuffle([0, 1, 4, 5]);
    code.get(one).get(other).shuffle([2, 3, 6, 7]).op("f32x4.add");
    code.op("f32x4.add").store();
  }
}

/** Adds `scatterDots`. */
export function addScatterDots(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: SPARSE_ROW_KERNELS });
  add("scatterDots", (code, { target, secondTarget, sparse, stream }) => {
    const [place, factors, places, left] = code.locals("i32", 4);
    for (
      const [streams, targets] of [
        [STREAMS.both, [target, secondTarget]],
        [STREAMS.first, [target]],
        [STREAMS.second, [secondTarget]],
      ] as const
    ) {
      pushStream(code, { sparse, stream }, streams.factors).set(factors);
      pushStream(code, { sparse, stream }, streams.places).set(places);
      code.get(sparse).i32Load(streams.count).set(left);
      code.repeatLocal(left, () => {
        code.get(places).i32Load().i32(PANEL_ROW_BYTES / 4).op("i32.div_u").set(place);
        for (const [row, to] of targets.entries()) {
          code.get(to).get(place).op("i32.add").get(factors).f32Load(4 * row).f32Store();
        }
        code.advance(places, 4).advance(factors, streams.factorBytes);
      });
    }
  });
}
