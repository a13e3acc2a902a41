import type { FunctionAssembler, Local, ModuleAssembler } from "../../assembler/assembler.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import { Combiner, type PushConstant } from "../../transforms/combiner.ts";
import { applyEpilogue, loadEpilogue, pushKeptSlope } from "../epilogue.ts";
import { VECTOR } from "../layout.ts";
import { PooledWindow } from "../pooled_window.ts";
import { pushSlope } from "./slopes.ts";
import type { FirstLayer } from "./types.ts";

/**
 * `mix`: outputs of the first layer at the points of some quads of one path, from `target` on. The sums at the path's
 * beginning are in the lane at `ends` and those at its end in the next; `points` is where the quads' points are.
 *
 * `collect`: adds the derivatives of some quads of one path, with respect to the sums, to those collected; the first quad
 * has its derivatives with respect to outputs at `source`, and its outputs at `outputs`.
 *
 * `deliver`: adds up the lanes of what was collected, puts the sums into one lane from `target` on, and clears the rest.
 */
export const FIRST_LAYER_KERNELS = {
  mix: ["target", "ends", "points", "quads"],
  collect: ["source", "outputs", "quads"],
  deliver: ["target"],
} as const;

/** The largest window whose values are kept in registers while quads pass by. */
const MOST_KEPT = 6;
/** Bytes of a lane. */
const LANE = 4;

/** Adds the kernels of the first layer. */
export function addFirstLayerKernels(
  module: ModuleAssembler,
  layer: FirstLayer,
  pushConstant: PushConstant,
): void {
  const add = kernelAdder(module, { table: FIRST_LAYER_KERNELS, node: layer.name });
  add("mix", (code, parameters) => {
    assembleMix(new Combiner(code, pushConstant), layer, parameters);
  });
  add("collect", (code, parameters) => {
    assembleCollect(new Combiner(code, pushConstant), layer, parameters);
  });
  add("deliver", (code, { target }) => assembleDeliver(code, layer, target));
}

/** For each window and channel the quads of a path, one after the other. */
function assembleMix(
  combiner: Combiner,
  layer: FirstLayer,
  { target, ends, points, quads }: Record<"target" | "ends" | "points" | "quads", Local>,
): void {
  const { code } = combiner;
  const { pool, output, epilogue, constants } = layer;
  const [to, at, left, constant] = code.locals("i32", 4);
  const windows = new MixedWindow(combiner, layer, ends);
  code.repeat(output.rows, () => {
    code.i32(constants.address).set(constant);
    code.repeat(output.stride, () => {
      const place = { address: constant, offset: 0, stride: LANE * constants.filters, filter: 0 };
      loadEpilogue(combiner, epilogue, place);
      windows.load();
      code.get(target).set(to).get(points).set(at).get(quads).set(left);
      code.repeatLocal(left, () => {
        storeMixed(combiner, layer, { window: windows.mix(at), to });
        code.advance(to, output.quadBytes).advance(at, VECTOR);
      });
      code.advance(target, VECTOR).advance(ends, VECTOR).advance(constant, LANE);
    });
    code.advance(ends, (pool - 1) * output.stride * VECTOR);
  });
}

/** The sums of a window and channel at both ends, and their maximum at points between. */
class MixedWindow {
  readonly #combiner: Combiner;
  readonly #layer: FirstLayer;
  readonly #ends: Local;
  readonly #begins: readonly Local[];
  readonly #ways: readonly Local[];

  constructor(combiner: Combiner, layer: FirstLayer, ends: Local) {
    this.#combiner = combiner;
    this.#layer = layer;
    this.#ends = ends;
    const kept = layer.pool <= MOST_KEPT ? layer.pool : 1;
    this.#begins = Array.from({ length: kept }, (_, place) => combiner.local(`begin${place}`));
    this.#ways = Array.from({ length: kept }, (_, place) => combiner.local(`way${place}`));
  }

  /** Loads what quads have in common. */
  load(): void {
    if (this.#layer.pool > MOST_KEPT) return;
    for (let place = 0; place < this.#layer.pool; place++) this.#load(place, place);
  }

  /** Computes the maximum at the points at an address. */
  mix(at: Local): PooledWindow {
    const combiner = this.#combiner;
    const { code } = combiner;
    const { pool, records } = this.#layer;
    const keepsWinner = records.winners !== undefined;
    const window = new PooledWindow(combiner, { name: "", keepsWinner });
    const point = combiner.local("point");
    code.get(at).load().set(point);
    for (let place = 0; place < pool; place++) {
      const kept = pool <= MOST_KEPT ? place : 0;
      if (pool > MOST_KEPT) this.#load(place, kept);
      code.get(this.#ways[kept]!).get(point).get(this.#begins[kept]!);
      code.multiplyAdd(combiner.local("scratch"));
      window.pop(place);
    }
    return window;
  }

  #load(place: number, kept: number): void {
    const { code } = this.#combiner;
    const offset = place * this.#layer.ends.stride * VECTOR;
    const [begin, way] = [this.#begins[kept]!, this.#ways[kept]!];
    code.get(this.#ends).loadSplat(offset).set(begin);
    code.get(this.#ends).loadSplat(offset + LANE).get(begin).op("f32x4.sub").set(way);
  }
}

/** Stores an output and what is kept beside it. */
function storeMixed(
  combiner: Combiner,
  { epilogue, records: { winners, slopes }, output }: FirstLayer,
  { window: { best, winner }, to }: { readonly window: PooledWindow; readonly to: Local },
): void {
  const { code } = combiner;
  if (slopes !== undefined) {
    code.get(to);
    pushKeptSlope(combiner, epilogue, { sum: best, filter: 0 });
    code.store(slopes - output.address);
  }
  if (winners !== undefined) code.get(to).get(winner!).store(winners - output.address);
  code.get(to).get(best);
  applyEpilogue(combiner, epilogue, 0);
  code.store();
}

/** For each window and channel the quads of a path, one after the other. */
function assembleCollect(
  combiner: Combiner,
  { pool, output, epilogue, records, delta, collected }: FirstLayer,
  { source, outputs, quads }: Record<"source" | "outputs" | "quads", Local>,
): void {
  const { code } = combiner;
  const [from, at, left, to] = code.locals("i32", 4);
  const rowBytes = output.stride * VECTOR;
  const kept = pool <= MOST_KEPT;
  const value = combiner.local("value");
  const sumAt = (place: number) => combiner.local(kept ? `sum${place}` : "sum");
  const load = (place: number) => code.get(to).load(place * rowBytes).set(sumAt(place));
  const store = (place: number) => code.get(to).get(sumAt(place)).store(place * rowBytes);
  const places = Array.from({ length: pool }, (_, place) => place);
  code.i32(collected).set(to);
  code.repeat(output.rows, () => {
    code.repeat(output.stride, () => {
      if (kept) places.forEach(load);
      code.get(source).set(from).get(outputs).set(at).get(quads).set(left);
      code.repeatLocal(left, () => {
        code.get(from).load();
        pushSlope(combiner, { epilogue, records, output, at });
        code.set(value);
        if (pool > 1) code.get(at).load(records.winners! - output.address).set(combiner.local("w"));
        for (const place of places) {
          if (!kept) load(place);
          code.get(sumAt(place)).get(value);
          if (pool > 1) {
            code.get(combiner.local("w")).i32x4([place, place, place, place]);
            code.op("i32x4.eq").op("v128.and");
          }
          code.op("f32x4.add").set(sumAt(place));
          if (!kept) store(place);
        }
        code.advance(from, delta.quadBytes).advance(at, output.quadBytes);
      });
      if (kept) places.forEach(store);
      code.advance(source, VECTOR).advance(outputs, VECTOR).advance(to, VECTOR);
    });
    code.advance(to, (pool - 1) * rowBytes);
  });
}

function assembleDeliver(
  code: FunctionAssembler,
  { output, pool, collected, lane }: FirstLayer,
  target: Local,
): void {
  const from = code.local("i32");
  const [sum, turned, mask] = code.locals("v128", 3);
  code.i32(collected).set(from);
  code.i32(lane).load().set(mask);
  code.repeat(output.rows * pool * output.stride, () => {
    code.get(from).load().set(sum);
    code.get(from).f32x4(0).store();
    for (const lanes of [[2, 3, 0, 1], [1, 0, 3, 2]] as const) {
      code.get(sum).get(sum).shuffle(lanes).set(turned);
      code.get(sum).get(turned).op("f32x4.add").set(sum);
    }
    code.get(target).get(sum).get(target).load().get(mask).select().store();
    code.advance(from, VECTOR).advance(target, VECTOR);
  });
}
