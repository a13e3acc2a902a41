import { ADAM } from "../../adam.ts";
import type { Local, ModuleAssembler } from "../assembler/assembler.ts";
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
  const { beta1, beta2, epsilon } = ADAM;
  add("adam", (code, { weight, gradient, firstMoment, secondMoment, vectors, ...factors }) => {
    const [g, m, v, rates, corrections, decays] = code.locals("v128", 6);
    code.get(factors.rate).op("f32x4.splat").set(rates);
    code.get(factors.correction).op("f32x4.splat").set(corrections);
    code.get(factors.decay).op("f32x4.splat").set(decays);
    // Constants in locals stay in registers; each time that one is pushed it would be made of three instructions.
    const keep = (value: number) => {
      const local = code.local("v128");
      code.f32x4(value).set(local);
      return local;
    };
    const [betas1, betas2, epsilons] = [beta1, beta2, epsilon].map(keep) as [Local, Local, Local];
    const [rests1, rests2] = [1 - beta1, 1 - beta2].map(keep) as [Local, Local];
    const decay = (pointer: Local, { beta, rest, moment, squared }: DecayedMoment) => {
      code.get(pointer);
      code.get(pointer).load().get(beta).op("f32x4.mul");
      code.get(g);
      if (squared) code.get(g).op("f32x4.mul");
      code.get(rest).op("f32x4.mul").op("f32x4.add").tee(moment).store();
    };
    forVectors(code, { vectors, pointers: [weight, gradient, firstMoment, secondMoment] }, () => {
      code.get(gradient).load().set(g);
      decay(firstMoment, { beta: betas1, rest: rests1, moment: m, squared: false });
      decay(secondMoment, { beta: betas2, rest: rests2, moment: v, squared: true });
      code.get(weight).get(weight).load().get(m).get(rates).op("f32x4.mul");
      code.get(v).get(corrections).op("f32x4.mul").op("f32x4.sqrt");
      code.get(epsilons).op("f32x4.add").op("f32x4.div");
      code.get(weight).load().get(decays).op("f32x4.mul").op("f32x4.add").op("f32x4.sub").store();
    });
  });
}

interface DecayedMoment {
  readonly beta: Local;
  /** 1 − β. */
  readonly rest: Local;
  readonly moment: Local;
  readonly squared: boolean;
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
