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
import { ADAM, adamCorrections } from "../adam.ts";

/**
 * Adam over tf.js variables. The running powers of β in tf.js' own Adam cannot be restored exactly, so a resumed run
 * would differ from one that was not stopped.
 */
export class TfjsAdam {
  readonly #parameters: readonly Variable[];
  readonly #learningRate: number;
  readonly #first: readonly Variable[];
  readonly #second: readonly Variable[];
  /** Steps taken. */
  step = 0;

  /** Starts with zero moments; `parameters` stay the caller's. */
  constructor(parameters: readonly Variable[], learningRate: number) {
    this.#parameters = parameters;
    this.#learningRate = learningRate;
    const zeros = (like: Tensor) => tidy(() => variable(zerosLike(like), false));
    this.#first = parameters.map(zeros);
    this.#second = parameters.map(zeros);
  }

  /** Takes one step along `gradients`, keyed by the parameters' names. */
  apply(gradients: NamedTensorMap): void {
    this.step++;
    const correction = adamCorrections(this.step);
    this.#parameters.forEach((parameter, i) => {
      tidy(() => {
        const gradient = gradients[parameter.name];
        const first = this.#first[i];
        const second = this.#second[i];
        first!.assign(add(mul(first!, ADAM.beta1), mul(gradient!, 1 - ADAM.beta1)));
        second!.assign(add(mul(second!, ADAM.beta2), mul(square(gradient!), 1 - ADAM.beta2)));
        const scale = add(sqrt(mul(second!, correction.second)), ADAM.epsilon);
        const move = div(mul(first!, this.#learningRate * correction.first), scale);
        parameter.assign(sub(parameter, move));
      });
    });
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
