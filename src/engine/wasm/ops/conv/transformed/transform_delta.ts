import type { FunctionAssembler, Local } from "../../../assembler/assembler.ts";
import type { LinearMap } from "../../../transforms/linear_map.ts";
import type { Matrix } from "../../../transforms/matrices.ts";
import { assembleUnits, type UnitPlace } from "./loops.ts";
import { type Layout, transposed } from "./tiling.ts";
import type { OutputEnds } from "./transform_output.ts";

/** Locals with addresses in shared memory, and the number of samples. */
export interface DeltaPlaces {
  /** Derivatives with respect to the output of the first sample, and that output. */
  readonly delta: Local;
  readonly output: Local;
  /** Offsets of the maxima; used with a pooling only. */
  readonly offsets: Local;
  /** Receives, added up, the derivatives with respect to the bias. */
  readonly biasGradient: Local;
  readonly samples: Local;
  /** Address in the thread's own memory: `[product, tile, filter]`. */
  readonly products: number;
}

interface DeltaOptions {
  readonly map: LinearMap;
  readonly ends: OutputEnds;
  readonly places: DeltaPlaces;
}

/**
 * Takes derivatives with respect to outputs back through pooling and activation, and to the products that the outputs are
 * sums of.
 */
export function assembleDelta(
  code: FunctionAssembler,
  layout: Layout,
  { map, ends, places }: DeltaOptions,
): void {
  const [delta, output, offsets] = code.locals("i32", 3);
  const unit = new DeltaUnit(code, layout, { map, ends, places });
  assembleUnits(code, layout, {
    ...places,
    sampleStride: ends.sampleStride,
    pointers: [[delta, places.delta], [output, places.output], [offsets, places.offsets]],
    assemble: (positions, place) => unit.assemble(positions, { ...place, delta, output, offsets }),
  });
}

interface UnitPointers extends UnitPlace {
  readonly delta: Local;
  readonly output: Local;
  readonly offsets: Local;
}

class DeltaUnit {
  readonly #code: FunctionAssembler;
  readonly #layout: Layout;
  readonly #options: DeltaOptions;
  /** From outputs to products. */
  readonly #matrix: Matrix;
  readonly #values: Local[];
  readonly #delta: Local;
  readonly #from: Local;
  readonly #sum: Local;
  readonly #bias: Local;

  constructor(code: FunctionAssembler, layout: Layout, options: DeltaOptions) {
    const { matrices, shape, tiling } = layout;
    this.#code = code;
    this.#layout = layout;
    this.#options = options;
    this.#matrix = transposed(matrices.output);
    this.#values = code.locals("v128", tiling.outputs * shape.dilation);
    [this.#delta, this.#from, this.#sum] = code.locals("v128", 3);
    this.#bias = code.local("i32");
  }

  assemble(positions: number, pointers: UnitPointers): void {
    const code = this.#code;
    const { shape: { filterVectors, inputStride } } = this.#layout;
    const { ends, places } = this.#options;
    const { delta, output, offsets, products, base } = pointers;
    const rows = positions / (ends.pool ?? 1);
    code.get(places.biasGradient).set(this.#bias);
    code.repeat(filterVectors, () => {
      code.get(this.#bias).load().set(this.#sum);
      for (let row = 0; row < rows; row++) this.#spread(row, pointers);
      code.get(this.#bias).get(this.#sum).store();
      this.#transform(positions, products);
      for (const pointer of [delta, output, offsets, products, this.#bias]) {
        code.advance(pointer, 16);
      }
    });
    code.advance(products, -16 * filterVectors);
    for (const pointer of [delta, output, offsets]) {
      code.advance(pointer, rows * ends.stride - 16 * filterVectors);
    }
    code.advance(base, positions * inputStride);
  }

  /** Finds the derivatives of the positions that a row of the output came from. */
  #spread(row: number, { delta, output, offsets, base }: UnitPointers): void {
    const code = this.#code;
    const { pool, stride, slope } = this.#options.ends;
    const place = row * stride;
    code.get(delta).load(place).set(this.#delta);
    if (slope !== 1) {
      code.get(this.#delta).get(this.#delta).constant(slope).op("f32x4.mul");
      code.get(output).load(place).f32x4(0).op("f32x4.gt").select().set(this.#delta);
    }
    code.get(this.#sum).get(this.#delta).op("f32x4.add").set(this.#sum);
    if (pool === undefined) {
      code.get(this.#delta).set(this.#values[row]!);
      return;
    }
    code.get(offsets).load(place).get(base).op("i32x4.splat").op("i32x4.sub").set(this.#from);
    for (let position = row * pool; position < (row + 1) * pool; position++) {
      code.get(this.#from).constantBits(position * this.#layout.shape.inputStride);
      code.op("i32x4.eq").get(this.#delta).op("v128.and").set(this.#values[position]!);
    }
  }

  #transform(positions: number, products: Local): void {
    const code = this.#code;
    const { shape: { dilation }, rows, outputStride, tiling } = this.#layout;
    for (let phase = 0; phase < dilation; phase++) {
      const inputs = Array.from({ length: tiling.outputs }, (_, i) => {
        const position = phase + i * dilation;
        return position < positions ? this.#values[position]! : undefined;
      });
      this.#options.map.assemble(this.#matrix, {
        inputs,
        store: (product, push) => {
          code.get(products);
          push();
          code.store((product * rows + phase) * outputStride);
        },
      });
    }
  }
}
