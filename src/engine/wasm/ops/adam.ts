import { ADAM } from "../../adam.ts";
import type { FunctionAssembler, Local, ModuleAssembler } from "../assembler/assembler.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { forVectors } from "../assembler/loops.ts";
import type { Parameter, Trained } from "../layout.ts";
import type { AdamStep, ExecutionContext } from "./context.ts";

/**
 * `adam`: one step of Adam on `vectors` vectors. `rate` is the learning rate times the first correction,
 * `correction` the second, `decay` the learning rate times the weight decay. See `src/engine/adam.ts`.
 */
const ADAM_KERNELS = {
  adam: [
    "weight",
    "gradient",
    "firstMoment",
    "secondMoment",
    "vectors",
    "rate: f32",
    "correction: f32",
    "decay: f32",
  ],
} as const;

/** Adds the kernel of Adam. */
export function addAdamKernels(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: ADAM_KERNELS });
  add("adam", (code, { weight, gradient, firstMoment, secondMoment, vectors, ...factors }) => {
    const step = new AdamVector(code, factors);
    const g = code.local("v128");
    forVectors(code, { vectors, pointers: [weight, gradient, firstMoment, secondMoment] }, () => {
      code.get(gradient).load().set(g);
      step.move(g, { weight, firstMoment, secondMoment });
    });
  });
}

/** Addresses of a weight and its moments. */
type AdamAddresses = Readonly<Record<"weight" | "firstMoment" | "secondMoment", Local>>;

/** Assembles the step of a vector of weights; `factors` are locals of the function. */
export class AdamVector {
  readonly #code: FunctionAssembler;
  readonly #m: Local;
  readonly #v: Local;
  readonly #rates: Local;
  readonly #corrections: Local;
  readonly #decays: Local;
  readonly #betas: readonly [Local, Local];
  readonly #rests: readonly [Local, Local];
  readonly #epsilons: Local;

  constructor(
    code: FunctionAssembler,
    factors: Readonly<Record<"rate" | "correction" | "decay", Local>>,
  ) {
    this.#code = code;
    [this.#m, this.#v] = code.locals("v128", 2);
    [this.#rates, this.#corrections, this.#decays] = code.locals("v128", 3);
    code.get(factors.rate).op("f32x4.splat").set(this.#rates);
    code.get(factors.correction).op("f32x4.splat").set(this.#corrections);
    code.get(factors.decay).op("f32x4.splat").set(this.#decays);
    // Constants in locals stay in registers; each time that one is pushed it would be made of three instructions.
    const keep = (value: number) => {
      const local = code.local("v128");
      code.f32x4(value).set(local);
      return local;
    };
    const { beta1, beta2, epsilon } = ADAM;
    this.#betas = [keep(beta1), keep(beta2)];
    this.#rests = [keep(1 - beta1), keep(1 - beta2)];
    this.#epsilons = keep(epsilon);
  }

  /** Moves the weights that lie `offset` bytes after the addresses. */
  move(
    gradient: Local,
    { weight, firstMoment, secondMoment }: AdamAddresses,
    offset = 0,
  ): void {
    const code = this.#code;
    this.#decay(firstMoment, { gradient, offset, moment: this.#m, power: 1 });
    this.#decay(secondMoment, { gradient, offset, moment: this.#v, power: 2 });
    code.get(weight).get(weight).load(offset).get(this.#m).get(this.#rates).op("f32x4.mul");
    code.get(this.#v).get(this.#corrections).op("f32x4.mul").op("f32x4.sqrt");
    code.get(this.#epsilons).op("f32x4.add").op("f32x4.div");
    code.get(weight).load(offset).get(this.#decays).op("f32x4.mul").op("f32x4.add");
    code.op("f32x4.sub").store(offset);
  }

  /** Moves a moment towards the gradient, or its square, and keeps it in a local too. */
  #decay(
    pointer: Local,
    { gradient, offset, moment, power }: {
      readonly gradient: Local;
      readonly offset: number;
      readonly moment: Local;
      readonly power: 1 | 2;
    },
  ): void {
    const code = this.#code;
    code.get(pointer);
    code.get(pointer).load(offset).get(this.#betas[power - 1]!).op("f32x4.mul");
    code.get(gradient);
    if (power === 2) code.get(gradient).op("f32x4.mul");
    code.get(this.#rests[power - 1]!).op("f32x4.mul").op("f32x4.add").tee(moment).store(offset);
  }
}

/** Whether training leaves a weight as it is. Its gradient is then not needed. */
export function isFrozen({ weight }: Trained, { frozen }: AdamStep): boolean {
  return frozen.has(weight);
}

/** A piece of a weight that moves, and how. */
export interface MovedPiece {
  /** Bytes from the weight's beginning to the piece. */
  readonly offset: number;
  readonly bytes: number;
  readonly adam: AdamStep;
}

/** One step of Adam on a piece of a weight, unless that is frozen. */
export function adamUpdate(
  context: ExecutionContext,
  parameter: Parameter,
  piece: MovedPiece,
): void {
  moveWeights(context, parameter, { ...piece, gradient: parameter.gradient + piece.offset });
}

/** The same where the gradient of the piece lies at an address of its own. */
export function moveWeights(
  context: ExecutionContext,
  parameter: Trained,
  { offset, bytes, gradient, adam: step }: MovedPiece & { readonly gradient: number },
): void {
  if (isFrozen(parameter, step)) return;
  const { adam } = context.bind(ADAM_KERNELS);
  const { weight, firstMoment, secondMoment, decays } = parameter;
  adam(
    weight + offset,
    gradient,
    firstMoment + offset,
    secondMoment + offset,
    bytes / 16,
    step.rate,
    step.correction,
    decays ? step.decay : 0,
  );
}
