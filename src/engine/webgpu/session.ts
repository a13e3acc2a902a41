import { DivergedError } from "../../errors.ts";
import type { EngineData, EpochRequest, ManySession, Session, SessionState } from "../engine.ts";

/** A session of one model, as a session of many with one member. */
export class SingleSession implements Session {
  readonly device: string;
  readonly #many: ManySession;

  /** Takes over a session of one model. */
  constructor(many: ManySession) {
    this.#many = many;
    this.device = many.device;
  }

  async runEpoch({ order, ...request }: EpochRequest): Promise<number> {
    const [loss] = await this.#many.runEpoch({ ...request, orders: [order] });
    if (loss instanceof DivergedError) throw loss;
    return loss;
  }

  async predict(
    data: EngineData,
    rows: Uint32Array,
    options?: Parameters<Session["predict"]>[2],
  ): Promise<Float32Array<ArrayBuffer>> {
    const [predicted] = await this.#many.predict(data, [rows], options);
    return predicted;
  }

  async weights(): Promise<Float32Array<ArrayBuffer>[]> {
    return (await this.state()).weights as Float32Array<ArrayBuffer>[];
  }

  async state(): Promise<SessionState> {
    return (await this.#many.state())[0];
  }

  restore(state: SessionState): Promise<void> {
    return this.#many.restore([state]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#many[Symbol.asyncDispose]() as Promise<void>;
  }
}
