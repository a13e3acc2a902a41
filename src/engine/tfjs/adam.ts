import {
  add,
  dispose,
  div,
  mul,
  type NamedTensorMap,
  sqrt,
  square,
  sub,
  type Tensor,
  tensor,
  tidy,
  type Variable,
  variable,
  zerosLike,
} from "@tensorflow/tfjs-core";
import { ADAM, stepFactors, type UpdateSettings } from "../adam.ts";

/** A trainable weight. */
export interface TfjsParameter {
  readonly values: Variable;
  /** Whether weight decay acts on it. */
  readonly decays: boolean;
  /** Whether it stays as it is. */
  readonly frozen: boolean;
}

/**
 * Adam over tf.js variables. The running powers of β in tf.js' own Adam cannot be restored exactly, so a resumed run
 * would differ from one that was not stopped.
 */
export class TfjsAdam {
  readonly #parameters: readonly TfjsParameter[];
  readonly #settings: UpdateSettings;
  readonly #first: readonly Variable[];
  readonly #second: readonly Variable[];
  /** Steps taken. */
  step = 0;

  /** Starts with zero moments; `parameters` stay the caller's. */
  constructor(parameters: readonly TfjsParameter[], settings: UpdateSettings) {
    this.#parameters = parameters;
    this.#settings = settings;
    const zeros = ({ values }: TfjsParameter) => tidy(() => variable(zerosLike(values), false));
    this.#first = parameters.map(zeros);
    this.#second = parameters.map(zeros);
  }

  /** Takes one step along `gradients`, keyed by the parameters' names; those that are frozen need none. */
  apply(gradients: NamedTensorMap): void {
    this.step++;
    const factors = stepFactors(this.#settings, this.step);
    for (const [i, { values, frozen, decays }] of this.#parameters.entries()) {
      if (frozen) continue;
      tidy(() => {
        const gradient = gradients[values.name]!;
        const [first, second] = [this.#first[i]!, this.#second[i]!];
        first.assign(add(mul(first, ADAM.beta1), mul(gradient, 1 - ADAM.beta1)));
        second.assign(add(mul(second, ADAM.beta2), mul(square(gradient), 1 - ADAM.beta2)));
        const scale = add(sqrt(mul(second, factors.correction)), ADAM.epsilon);
        const move = div(mul(first, factors.rate), scale);
        const decay = decays ? factors.decay : 0;
        values.assign(sub(values, decay === 0 ? move : add(move, mul(values, decay))));
      });
    }
  }

  /** First and second moments, in the order of the parameters. */
  get moments(): { first: readonly Tensor[]; second: readonly Tensor[] } {
    return { first: this.#first, second: this.#second };
  }

  /** Sets the state: arrays in the order and sizes of the parameters, which are kept. */
  restore(
    step: number,
    first: readonly Float32Array[],
    second: readonly Float32Array[],
  ): void {
    this.step = step;
    const assign = (target: Variable, values: Float32Array) =>
      tidy(() => target.assign(tensor(values, target.shape)));
    this.#first.forEach((target, i) => assign(target, first[i]!));
    this.#second.forEach((target, i) => assign(target, second[i]!));
  }

  /** Frees the moments. */
  dispose(): void {
    dispose([...this.#first, ...this.#second]);
  }
}
