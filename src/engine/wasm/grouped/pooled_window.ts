import type { Local } from "../assembler/assembler.ts";
import type { Combiner } from "../transforms/combiner.ts";

/** Assembles the maximum of the values of a pooling's window, which may come in any order. */
export class PooledWindow {
  /** The largest value so far. */
  readonly best: Local;
  /** Which value of the window that is, if asked for: the first of several that are equal. */
  readonly winner: Local | undefined;
  readonly #combiner: Combiner;
  readonly #seen: number[] = [];

  /** Windows with the same name use the same locals. */
  constructor(
    combiner: Combiner,
    { name, keepsWinner }: { readonly name: string; readonly keepsWinner: boolean },
  ) {
    this.#combiner = combiner;
    this.best = combiner.local(`best${name}`);
    this.winner = keepsWinner ? combiner.local(`winner${name}`) : undefined;
  }

  /** Number of values that have come. */
  get count(): number {
    return this.#seen.length;
  }

  /** Pops the value at a place of the window. */
  pop(place: number): void {
    const { code } = this.#combiner;
    const { best, winner } = this;
    if (winner !== undefined) this.#popWinner(place, winner);
    if (this.count > 0) code.get(best).op("f32x4.pmax");
    code.set(best);
    this.#seen.push(place);
  }

  /** Leaves the value where it is. */
  #popWinner(place: number, winner: Local): void {
    const combiner = this.#combiner;
    const { code } = combiner;
    const number = [place, place, place, place] as const;
    if (this.count === 0) {
      code.i32x4(number).set(winner);
      return;
    }
    const value = combiner.local("pooled");
    code.set(value).i32x4(number).get(winner);
    code.get(value).get(this.best).op("f32x4.gt");
    if (this.#seen.some((other) => other > place)) {
      code.get(value).get(this.best).op("f32x4.eq");
      code.get(winner).i32x4(number).op("i32x4.gt_s").op("v128.and").op("v128.or");
    }
    code.select().set(winner).get(value);
  }
}
