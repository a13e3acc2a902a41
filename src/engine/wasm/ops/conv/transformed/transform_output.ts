import type { FunctionAssembler, Local } from "../../../assembler/assembler.ts";
import type { LinearMap } from "../../../transforms/linear_map.ts";
import { assembleUnits, type UnitPlace } from "./loops.ts";
import type { Layout } from "./tiling.ts";

/** What follows a convolution, fused into its last transform. */
export interface OutputEnds {
  /** Slope of the activation below zero. */
  readonly slope: number;
  readonly pool: number | undefined;
  /** Bytes between rows and between samples of the output. */
  readonly stride: number;
  readonly sampleStride: number;
}

/** Locals with addresses in shared memory, and the number of samples. */
export interface OutputPlaces {
  readonly output: Local;
  /** Offsets of the maxima; used with a pooling only. */
  readonly offsets: Local;
  readonly bias: Local;
  readonly samples: Local;
  /** Address in the thread's own memory: `[product, tile, filter]`. */
  readonly products: number;
}

interface OutputOptions {
  readonly map: LinearMap;
  readonly ends: OutputEnds;
  readonly places: OutputPlaces;
}

/** Transforms the products back to outputs, through activation and pooling; keeps where the maxima came from. */
export function assembleOutput(
  code: FunctionAssembler,
  layout: Layout,
  { map, ends, places }: OutputOptions,
): void {
  const [output, offsets] = code.locals("i32", 2);
  const unit = new OutputUnit(code, layout, { map, ends, places });
  assembleUnits(code, layout, {
    ...places,
    sampleStride: ends.sampleStride,
    pointers: [[output, places.output], [offsets, places.offsets]],
    assemble: (positions, place) => unit.assemble(positions, { ...place, output, offsets }),
  });
}

interface UnitPointers extends UnitPlace {
  readonly output: Local;
  readonly offsets: Local;
}

class OutputUnit {
  readonly #code: FunctionAssembler;
  readonly #layout: Layout;
  readonly #options: OutputOptions;
  readonly #products: Local[];
  readonly #values: Local[];
  readonly #best: Local;
  readonly #from: Local;
  readonly #larger: Local;
  readonly #bias: Local;

  constructor(code: FunctionAssembler, layout: Layout, options: OutputOptions) {
    const { transform, shape, tiling } = layout;
    this.#code = code;
    this.#layout = layout;
    this.#options = options;
    this.#products = code.locals("v128", transform.frequencies);
    this.#values = code.locals("v128", tiling.outputs * shape.dilation);
    [this.#best, this.#from, this.#larger] = code.locals("v128", 3);
    this.#bias = code.local("i32");
  }

  /** Advances the pointers to the next unit of the sample; that of the products moves to its end only by columns. */
  assemble(positions: number, { products, output, offsets, base }: UnitPointers): void {
    const code = this.#code;
    const { shape: { filterVectors, inputStride } } = this.#layout;
    const { ends, places } = this.#options;
    const rows = positions / (ends.pool ?? 1);
    code.get(places.bias).set(this.#bias);
    code.repeat(filterVectors, () => {
      this.#transform(positions, products);
      for (let row = 0; row < rows; row++) {
        if (ends.pool !== undefined) this.#findMaximum(row, ends.pool);
        else code.get(this.#values[row]!).set(this.#best);
        code.get(output);
        this.#pushActivated();
        code.store(row * ends.stride);
        if (ends.pool === undefined) continue;
        code.get(offsets).get(this.#from).get(base).op("i32x4.splat").op("i32x4.add");
        code.store(row * ends.stride);
      }
      for (const pointer of [products, output, offsets, this.#bias]) code.advance(pointer, 16);
    });
    code.advance(products, -16 * filterVectors);
    for (const pointer of [output, offsets]) {
      code.advance(pointer, rows * ends.stride - 16 * filterVectors);
    }
    code.advance(base, positions * inputStride);
  }

  #transform(positions: number, products: Local): void {
    const code = this.#code;
    const { shape: { dilation }, matrices, rows, outputStride } = this.#layout;
    for (let phase = 0; phase < Math.min(dilation, positions); phase++) {
      this.#products.forEach((product, index) => {
        code.get(products).load((index * rows + phase) * outputStride).set(product);
      });
      const needed = matrices.output.filter((_, i) => phase + i * dilation < positions);
      this.#options.map.assemble(needed, {
        inputs: this.#products,
        store: (i, push) => {
          push();
          code.set(this.#values[phase + i * dilation]!);
        },
      });
    }
  }

  /** The first of equal values wins. */
  #findMaximum(window: number, pool: number): void {
    const code = this.#code;
    const { inputStride } = this.#layout.shape;
    const first = window * pool;
    code.get(this.#values[first]!).set(this.#best);
    code.constantBits(first * inputStride).set(this.#from);
    for (let position = first + 1; position < first + pool; position++) {
      const value = this.#values[position]!;
      code.get(value).get(this.#best).op("f32x4.gt").set(this.#larger);
      code.get(value).get(this.#best).get(this.#larger).select().set(this.#best);
      code.constantBits(position * inputStride).get(this.#from).get(this.#larger).select();
      code.set(this.#from);
    }
  }

  /** Adds the bias to the best value, activates it and pushes it. */
  #pushActivated(): void {
    const code = this.#code;
    const { slope } = this.#options.ends;
    code.get(this.#best).get(this.#bias).load().op("f32x4.add");
    if (slope === 1) return;
    code.tee(this.#best).get(this.#best).constant(slope).op("f32x4.mul");
    code.get(this.#best).f32x4(0).op("f32x4.gt").select();
  }
}
