import type { FunctionAssembler, Local, ModuleAssembler } from "../../assembler/assembler.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import { AdamVector } from "../adam.ts";
import { forEntryGroups, type PairLocals, pushPlace, pushVector } from "./groups.ts";
import { GROUP_ENTRIES, PANEL_ROW_BYTES, PANEL_VECTORS, SHARED_ENTRIES } from "./rows.ts";
import { SPARSE_ROW_KERNELS } from "./table.ts";

/** Adds `sparseProduct`. */
export function addSparseProduct(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: SPARSE_ROW_KERNELS });
  add("sparseProduct", (code, { c, strideC, pairStrideC, start, b, pairs, ...rest }) => {
    const { sparse, stream, sparseStride } = rest;
    const pair = { sparse, stream };
    const product = new PairProduct(code, b);
    const second = code.local("i32");
    code.repeatLocal(pairs, () => {
      product.begin(start);
      product.addAll(pair);
      // Without a partner the second row, which is only its start, goes where the first one will be.
      code.get(c).get(strideC).op("i32.add").set(second);
      product.store("second", second);
      product.store("first", c);
      code.advanceBy(c, pairStrideC).advanceBy(sparse, sparseStride);
    });
  });
}

/**
 * Adds `sparseAdam`. While the divisions and roots of one pair are computed, the multiply-adds of the next one are under
 * way.
 */
export function addSparseAdam(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: SPARSE_ROW_KERNELS });
  add("sparseAdam", (code, { weight, firstMoment, secondMoment, b, pairs, ...rest }) => {
    const { sparse, stream, sparseStride } = rest;
    const pair = { sparse, stream };
    const addresses = { weight, firstMoment, secondMoment };
    const product = new PairProduct(code, b);
    const step = new AdamVector(code, rest);
    code.repeatLocal(pairs, () => {
      product.begin(undefined);
      product.addAll(pair);
      product.each((sum, offset) => step.move(sum, addresses, offset));
      for (const address of [weight, firstMoment, secondMoment]) {
        code.advance(address, 2 * PANEL_ROW_BYTES);
      }
      code.advanceBy(sparse, sparseStride);
    });
  });
}

/** One panel of two rows of the product, in registers. */
class PairProduct {
  readonly factors: Local;
  readonly places: Local;
  readonly #code: FunctionAssembler;
  readonly #b: Local;
  readonly #row: Local;
  readonly #sums: Readonly<Record<"first" | "second", readonly Local[]>>;
  readonly #group: Local;
  readonly #factor: Local;
  readonly #secondFactor: Local;
  readonly #vector: Local;
  readonly #scratch: Local;

  constructor(code: FunctionAssembler, b: Local) {
    this.#code = code;
    this.#b = b;
    [this.factors, this.places, this.#row] = code.locals("i32", 3);
    const [first, second] = [0, 1].map(() => code.locals("v128", PANEL_VECTORS));
    this.#sums = { first: first!, second: second! };
    [this.#group, this.#factor, this.#secondFactor] = code.locals("v128", 3);
    [this.#vector, this.#scratch] = code.locals("v128", 2);
  }

  /** Begins both rows' sums: with a row at an address, or zeros. */
  begin(start: Local | undefined): void {
    const code = this.#code;
    const { first, second } = this.#sums;
    first.forEach((sum, i) => {
      if (start === undefined) code.f32x4(0);
      else code.get(start).load(16 * i);
      code.tee(sum).set(second[i]!);
    });
  }

  /** Adds the products of all entries. */
  addAll(pair: PairLocals): void {
    const code = this.#code;
    forEntryGroups(code, pair, { which: "both", pointers: this }, () => this.#addShared());
    for (const which of ["first", "second"] as const) {
      forEntryGroups(code, pair, { which, pointers: this }, () => this.#add(which));
    }
  }

  /** Visits the sums of both rows with their distances in bytes, as if the rows followed one another. */
  each(visit: (sum: Local, offset: number) => void): void {
    const { first, second } = this.#sums;
    [...first, ...second].forEach((sum, i) => visit(sum, 16 * i));
  }

  store(which: "first" | "second", c: Local): void {
    this.#sums[which].forEach((sum, i) => this.#code.get(c).get(sum).store(16 * i));
  }

  /** Adds the products of a group of entries of one row. */
  #add(which: "first" | "second"): void {
    const code = this.#code;
    code.get(this.factors).load().set(this.#group);
    for (let entry = 0; entry < GROUP_ENTRIES; entry++) {
      this.#spread(entry, this.#factor);
      this.#findRow(entry);
      this.#sums[which].forEach((sum, vector) => {
        code.get(this.#factor);
        pushVector(code, this.#row, vector).get(sum).multiplyAdd(this.#scratch).set(sum);
      });
    }
  }

  /** Adds the products of a group of entries of both rows, whose factors take turns. */
  #addShared(): void {
    const code = this.#code;
    const { first, second } = this.#sums;
    code.get(this.factors).load().set(this.#group);
    for (let entry = 0; entry < SHARED_ENTRIES; entry++) {
      this.#spread(2 * entry, this.#factor);
      this.#spread(2 * entry + 1, this.#secondFactor);
      this.#findRow(entry);
      for (let vector = 0; vector < PANEL_VECTORS; vector++) {
        pushVector(code, this.#row, vector).set(this.#vector);
        for (
          const [factor, sum] of [
            [this.#factor, first[vector]!],
            [this.#secondFactor, second[vector]!],
          ] as const
        ) {
          code.get(factor).get(this.#vector).get(sum).multiplyAdd(this.#scratch).set(sum);
        }
      }
    }
  }

  /** Copies a factor of the group to all lanes. */
  #spread(lane: number, target: Local): void {
    const group = this.#group;
    this.#code.get(group).get(group).shuffle([lane, lane, lane, lane]).set(target);
  }

  #findRow(entry: number): void {
    pushPlace(this.#code, { places: this.places, b: this.#b, entry }).set(this.#row);
  }
}
