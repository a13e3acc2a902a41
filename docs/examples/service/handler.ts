/** Answers requests. It knows `Request` and `Response` only, so it runs wherever these exist. */

import type { TrainedModel } from "@waka/histone/model";
import type { Predictor } from "@waka/histone/training";
import { ARROW_FORMAT } from "./arrow_format.ts";
import { BodyBudget, readBody } from "./body.ts";
import type { Format } from "./format.ts";
import { JSON_FORMAT } from "./json_format.ts";
import { Metrics } from "./metrics.ts";
import { formatOfAnswer, formatOfBody } from "./negotiate.ts";
import { CLIENT_GONE, Refusal, refusalOf } from "./refusals.ts";
import { NPZ_FORMAT } from "./npz_format.ts";

/** All formats of bodies; answers are in the first one if the client does not mind. */
const FORMATS: readonly [Format, ...Format[]] = [JSON_FORMAT, NPZ_FORMAT, ARROW_FORMAT];

/** What a request may cost. */
export interface Limits {
  readonly maxBodyBytes: number;
  /** Of all bodies that are held at a time. */
  readonly maxHeldBytes: number;
  /** Of one request. */
  readonly maxSamples: number;
  readonly timeoutMs: number;
}

/** What the log says of a request: one line. */
export interface LogLine {
  readonly time: string;
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly ms: number;
  readonly samples?: number;
  /** The code of a refusal. */
  readonly code?: string;
  /** What the client is not told: the error's own words. */
  readonly error?: string;
}

/** Options of a {@linkcode Service}. */
export interface ServiceOptions {
  readonly predictor: Predictor;
  /** One of the models that it predicts with. */
  readonly model: TrainedModel;
  readonly limits: Limits;
  readonly log: (line: LogLine) => void;
}

/** What is known of a request while it is answered. */
interface Call {
  readonly request: Request;
  readonly url: URL;
  readonly id: string;
  /** Aborted when it has taken too long, or the client has gone. */
  readonly signal: AbortSignal;
  samples?: number;
}

type Route = (call: Call) => Response | Promise<Response>;

/** A service for one predictor. */
export class Service {
  readonly #options: ServiceOptions;
  readonly #metrics = new Metrics();
  readonly #budget: BodyBudget;
  readonly #routes: Readonly<Record<string, readonly [method: string, route: Route]>>;
  readonly #ended = Promise.withResolvers<void>();
  #running = 0;
  #isStopping = false;

  /** Starts nothing. */
  constructor(options: ServiceOptions) {
    this.#options = options;
    this.#budget = new BodyBudget(options.limits.maxHeldBytes);
    this.#routes = {
      "/predict": ["POST", (call) => this.#predict(call)],
      "/health": ["GET", () => this.#health()],
      "/metrics": ["GET", () => this.#showMetrics()],
      "/model": ["GET", () => this.#describeModel()],
    };
  }

  /**
   * From now on predictions are refused, so that a load balancer sends them elsewhere.
   *
   * @returns Fulfilled when those that were taken are answered.
   */
  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#running > 0) await this.#ended.promise;
  }

  /** Answers a request; never throws. */
  async handle(request: Request): Promise<Response> {
    const started = performance.now();
    const { signal, release } = limitTime(request, this.#options.limits.timeoutMs);
    const call: Call = { request, url: new URL(request.url), id: idOf(request), signal };
    this.#running++;
    let failure: { readonly refusal: Refusal; readonly error: unknown } | undefined;
    let response: Response;
    try {
      response = await this.#route(call);
    } catch (error) {
      const refusal = refusalOf(error);
      failure = { refusal, error };
      response = describe(refusal, call.id);
    } finally {
      release();
      this.#running--;
      if (this.#isStopping && this.#running === 0) this.#ended.resolve();
    }
    response.headers.set("x-request-id", call.id);
    if (this.#isStopping) response.headers.set("connection", "close");
    this.#note(call, { status: response.status, ms: performance.now() - started, failure });
    return response;
  }

  #route(call: Call): Response | Promise<Response> {
    const { request, url } = call;
    const found = Object.hasOwn(this.#routes, url.pathname)
      ? this.#routes[url.pathname]
      : undefined;
    if (found === undefined) {
      const known = Object.keys(this.#routes).join(", ");
      throw new Refusal(`This path is unknown, expected one of ${known}.`, {
        status: 404,
        code: "UNKNOWN_PATH",
      });
    }
    const [method, route] = found;
    if (request.method !== method) {
      throw new Refusal(`${url.pathname} takes ${method}.`, { status: 405, code: "METHOD" });
    }
    return route(call);
  }

  async #predict(call: Call): Promise<Response> {
    const { request, url, signal } = call;
    if (this.#isStopping) {
      throw new Refusal("The service stops.", { status: 503, code: "STOPPING", retryAfter: 1 });
    }
    const { predictor, model, limits: { maxBodyBytes, maxSamples } } = this.#options;
    // What would be refused anyhow is refused before the body is read.
    const format = formatOfBody(request, FORMATS);
    const answerFormat = formatOfAnswer(request, FORMATS);
    const confidence = confidenceOf(url);
    const body = await readBody(request, { maxBytes: maxBodyBytes, budget: this.#budget, signal });
    try {
      const maxInflatedBytes = 8 * maxBodyBytes;
      const data = await format.read(body, { model, maxSamples, maxInflatedBytes });
      call.samples = data.length;
      const details = await predictor.predictDetails(data, { signal, confidence });
      const bytes = await answerFormat.write({ data, details });
      return new Response(bytes, { headers: { "content-type": answerFormat.types[0] } });
    } finally {
      this.#budget.give(body.length);
    }
  }

  #health(): Response {
    const health = this.#options.predictor.health();
    const status = this.#isStopping ? "stopping" : health.status;
    return Response.json({ ...health, status }, { status: status === "ready" ? 200 : 503 });
  }

  #showMetrics(): Response {
    const text = this.#metrics.text(this.#options.predictor, this.#budget.held);
    return new Response(text, { headers: { "content-type": "text/plain; version=0.0.4" } });
  }

  #describeModel(): Response {
    const { model: { spec, inputRecord, training, panel }, predictor } = this.#options;
    const signal = "inputs" in spec ? spec.inputs.find(({ name }) => name === "signal") : spec;
    const bins = panel?.bins ??
      (signal !== undefined && "bins" in signal ? signal.bins : undefined);
    const { marks, ...record } = inputRecord;
    return Response.json({
      name: spec.name,
      bins,
      marks,
      record,
      trainedOn: { samples: training.samples, epochs: training.epochs },
      engine: predictor.report,
      formats: FORMATS.flatMap(({ types }) => types),
    });
  }

  /** Counts a request and writes its line. */
  #note({ request, url, id, samples }: Call, { status, ms, failure }: {
    readonly status: number;
    readonly ms: number;
    readonly failure: { readonly refusal: Refusal; readonly error: unknown } | undefined;
  }): void {
    const route = Object.hasOwn(this.#routes, url.pathname) ? url.pathname : "other";
    const bytes = Number(request.headers.get("content-length") ?? 0);
    this.#metrics.count({ route, status, seconds: ms / 1000, bytes });
    this.#options.log({
      time: new Date().toISOString(),
      id,
      method: request.method,
      path: route,
      status,
      ms: Math.round(ms * 100) / 100,
      ...(samples !== undefined && { samples }),
      ...(failure && { code: failure.refusal.code }),
      ...(status === 500 && { error: String((failure!.error as Error)?.stack ?? failure!.error) }),
    });
  }
}

/** A client's own id, if it can be written into a log as it is, or a new one. */
function idOf(request: Request): string {
  const given = request.headers.get("x-request-id");
  return given !== null && /^[\w.-]{1,64}$/.test(given) ? given : crypto.randomUUID();
}

function describe({ status, code, message, retryAfter }: Refusal, requestId: string): Response {
  const headers = retryAfter === undefined ? undefined : { "retry-after": String(retryAfter) };
  return Response.json({ error: { code, message, requestId } }, {
    status,
    ...(headers && { headers }),
  });
}

/** A signal that ends what is done for a request when it has taken too long, or the client has gone. */
function limitTime(
  request: Request,
  timeoutMs: number,
): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(tookTooLong()), timeoutMs);
  const leave = () => controller.abort(clientHasGone());
  request.signal.addEventListener("abort", leave);
  const release = () => {
    clearTimeout(timer);
    request.signal.removeEventListener("abort", leave);
  };
  return { signal: controller.signal, release };
}

function tookTooLong(): Refusal {
  return new Refusal("The request took too long.", {
    status: 503,
    code: "TIME_OUT",
    retryAfter: 1,
  });
}

/** Nobody reads this answer; the log has it. */
function clientHasGone(): Refusal {
  return new Refusal("The client has gone.", { status: CLIENT_GONE, code: "CLIENT_GONE" });
}

/**
 * The confidence of intervals, if the client wants them: `/predict?confidence=0.9`. Another parameter may be a slip of
 * the pen, whose answer would lack the intervals without a word.
 */
function confidenceOf(url: URL): number | undefined {
  if (url.search === "") return undefined;
  const unknown = [...url.searchParams.keys()].find((name) => name !== "confidence");
  if (unknown !== undefined) {
    throw new Refusal(`Found the parameter "${unknown.slice(0, 40)}", expected confidence alone.`, {
      status: 400,
      code: "PARAMETER",
    });
  }
  const text = url.searchParams.get("confidence");
  if (text === null) return undefined;
  const confidence = Number(text);
  if (confidence > 0 && confidence <= 0.995) return confidence;
  throw new Refusal(`confidence is "${text.slice(0, 40)}", expected above 0 and at most 0.995.`, {
    status: 422,
    code: "CONFIDENCE",
  });
}
