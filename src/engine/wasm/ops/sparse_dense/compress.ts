import type { FunctionAssembler, Local, ModuleAssembler } from "../../assembler/assembler.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import { type PairLocals, pushStream } from "./groups.ts";
import { STREAMS, TABLE_OFFSET } from "./rows.ts";
import { SPARSE_ROW_KERNELS } from "./table.ts";

/** Values of a row that are compressed together. */
const TOGETHER = 4;

/**
 * Adds `compressPair`, which has no jumps: of four values those that stay are moved to the front and written after
 * the last entry with whatever follows them, and an end moves by as many as stay.
 */
export function addCompressPair(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: SPARSE_ROW_KERNELS });
  add("compressPair", (code, { sparse, stream, count, offset, rowBytes, ...rows }) => {
    const pair = { sparse, stream };
    const [lanes, zero] = code.locals("v128", 2);
    const left = code.local("i32");
    const compressor = new PairCompressor(code, { ...pair, offset, rowBytes });
    code.i32x4([-1, -1, -1, -1]).set(lanes);
    const assembleGroup = () => {
      const pushKept = (keep: Local) => {
        code.get(keep).load().get(zero).op("f32x4.ne").get(lanes).op("v128.and");
        code.op("i32x4.bitmask");
      };
      pushKept(rows.keep);
      pushKept(rows.secondKeep);
      compressor.add(rows.values, rows.secondValues);
      code.advance(rows.keep, 4 * TOGETHER).advance(rows.values, 4 * TOGETHER);
      code.advanceBy(rows.secondKeep, rows.secondStep);
      code.advanceBy(rows.secondValues, rows.secondStep);
    };
    code.get(count).i32(Math.log2(TOGETHER)).op("i32.shr_u").set(left);
    code.repeatLocal(left, assembleGroup);
    // Of the last group, the lanes below the rest.
    code.get(count).i32(TOGETHER - 1).op("i32.and").tee(count);
    code.op("i32x4.splat").i32x4([0, 1, 2, 3]).op("i32x4.gt_s").set(lanes);
    code.get(count).i32(0).op("i32.ne").set(left);
    code.repeatLocal(left, assembleGroup);
    compressor.finish();
  });
}

type Streams = typeof STREAMS[keyof typeof STREAMS];

/** Where the next entry of one row, or of both, goes. */
interface End {
  readonly streams: Streams;
  readonly factors: Local;
  readonly places: Local;
}

/** Writes entries after those that a pair has so far. */
class PairCompressor {
  readonly #code: FunctionAssembler;
  readonly #pair: PairLocals;
  readonly #first: End;
  readonly #second: End;
  readonly #both: End;
  readonly #kept: Readonly<Record<"first" | "second" | "both", Local>>;
  readonly #half: Local;
  readonly #rows: Local;
  readonly #step: Local;
  readonly #values: Local;
  readonly #secondValues: Local;
  readonly #shuffle: Local;

  constructor(
    code: FunctionAssembler,
    { offset, rowBytes, ...pair }: PairLocals & Readonly<Record<"offset" | "rowBytes", Local>>,
  ) {
    this.#code = code;
    this.#pair = pair;
    const [first, second, both] = code.locals("i32", 3);
    this.#kept = { first, second, both };
    this.#half = code.local("i32");
    [this.#rows, this.#step] = code.locals("v128", 2);
    [this.#values, this.#secondValues, this.#shuffle] = code.locals("v128", 3);
    this.#first = this.#begin(STREAMS.first, offset);
    this.#second = this.#begin(STREAMS.second, offset);
    this.#both = this.#begin(STREAMS.both, offset);
    code.get(offset).op("i32x4.splat").set(this.#rows);
    for (let lane = 1; lane < TOGETHER; lane++) {
      const step = [0, 1, 2, 3].map((other) => (other >= lane ? -1 : 0));
      code.get(this.#rows).get(rowBytes).op("i32x4.splat");
      code.i32x4(step as [number, number, number, number]).op("v128.and");
      code.op("i32x4.add").set(this.#rows);
    }
    code.get(rowBytes).i32(Math.log2(TOGETHER)).op("i32.shl").op("i32x4.splat").set(this.#step);
    this.#writeTable();
  }

  /** Pops the sets of lanes that the second and the first row keep, and adds their entries. */
  add(values: Local, secondValues: Local): void {
    const code = this.#code;
    const { first, second, both } = this.#kept;
    code.set(second).tee(first).get(second).op("i32.and").set(both);
    for (const own of [first, second]) code.get(own).get(both).op("i32.xor").set(own);
    code.get(values).load().set(this.#values);
    code.get(secondValues).load().set(this.#secondValues);
    this.#addOwn(this.#first, { kept: first, values: this.#values });
    this.#addOwn(this.#second, { kept: second, values: this.#secondValues });
    this.#addShared();
    code.get(this.#rows).get(this.#step).op("i32x4.add").set(this.#rows);
  }

  /** Fills up the last groups with zeros, and writes the numbers of entries. */
  finish(): void {
    const code = this.#code;
    for (const { streams, factors, places } of [this.#first, this.#second, this.#both]) {
      code.get(factors).f32x4(0).store().get(places).f32x4(0).store();
      code.get(this.#pair.sparse).get(places);
      pushStream(code, this.#pair, streams.places).op("i32.sub");
      code.i32(2).op("i32.shr_u").i32Store(streams.count);
    }
  }

  /** Finds the end of what a pair has so far: nothing if the `offset` is zero. */
  #begin(streams: Streams, offset: Local): End {
    const code = this.#code;
    const [factors, places] = code.locals("i32", 2);
    for (
      const [end, number, bytes] of [
        [factors, streams.factors, streams.factorBytes],
        [places, streams.places, 4],
      ] as const
    ) {
      pushStream(code, this.#pair, number);
      code.get(this.#pair.sparse).i32Load(streams.count);
      code.get(offset).i32(0).op("i32.ne").op("i32.mul");
      code.i32(bytes).op("i32.mul").op("i32.add").set(end);
    }
    return { streams, factors, places };
  }

  /** Writes the shuffle that moves each set of lanes to the front. */
  #writeTable(): void {
    const code = this.#code;
    for (let set = 0; set < 1 << TOGETHER; set++) {
      const lanes = [0, 1, 2, 3].filter((lane) => (set >> lane) % 2 === 1);
      const bytes = [0, 1, 2, 3].map((place) => 0x03020100 + 0x04040404 * (lanes[place] ?? 0));
      code.get(this.#pair.sparse).i32x4(bytes as [number, number, number, number]);
      code.store(TABLE_OFFSET + 16 * set);
    }
  }

  #addOwn(
    { factors, places }: End,
    { kept, values }: { readonly kept: Local; readonly values: Local },
  ): void {
    const code = this.#code;
    this.#findShuffle(() => code.get(kept));
    code.get(factors).get(values).get(this.#shuffle).op("i8x16.swizzle").store();
    code.get(places).get(this.#rows).get(this.#shuffle).op("i8x16.swizzle").store();
    this.#move(factors, { kept, bytes: 4 });
    this.#move(places, { kept, bytes: 4 });
  }

  /** The factors of both rows take turns: two vectors of two entries each. */
  #addShared(): void {
    const code = this.#code;
    const { factors, places } = this.#both;
    const kept = this.#kept.both;
    this.#findShuffle(() => code.get(kept));
    code.get(places).get(this.#rows).get(this.#shuffle).op("i8x16.swizzle").store();
    this.#move(places, { kept, bytes: 4 });
    for (const shift of [0, 2]) {
      code.get(kept).i32(shift).op("i32.shr_u").i32(3).op("i32.and").set(this.#half);
      // Bit 0 becomes bits 0 and 1, bit 1 becomes bits 2 and 3.
      this.#findShuffle(() => {
        code.get(this.#half).get(this.#half).i32(2).op("i32.and").op("i32.add");
        code.i32(3).op("i32.mul");
      });
      code.get(factors).get(this.#values).get(this.#secondValues);
      code.shuffle(shift === 0 ? [0, 4, 1, 5] : [2, 6, 3, 7]);
      code.get(this.#shuffle).op("i8x16.swizzle").store();
      this.#move(factors, { kept: this.#half, bytes: 8 });
    }
  }

  /** Loads the shuffle for the set of lanes that is pushed. */
  #findShuffle(pushSet: () => void): void {
    const code = this.#code;
    pushSet();
    code.i32(4).op("i32.shl").get(this.#pair.sparse).op("i32.add").load(TABLE_OFFSET);
    code.set(this.#shuffle);
  }

  #move(end: Local, { kept, bytes }: { readonly kept: Local; readonly bytes: number }): void {
    const code = this.#code;
    code.get(kept).op("i32.popcnt").i32(bytes).op("i32.mul").get(end).op("i32.add").set(end);
  }
}
