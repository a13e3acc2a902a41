/** What a layer of Keras is here. */

import type { LayerSpec, RecurrentLayer } from "../../model/spec.ts";
import { type KerasLayer, type LayerConfig, nameOf, refuseKeras, textOf } from "./layer_config.ts";

/** Slope of `leaky_relu` where it is named as an activation (Keras 3). */
const ACTIVATION_SLOPE = 0.2;

type Config = Readonly<Record<string, unknown>>;

/** A layer while it is translated. */
interface Context {
  /** Its class and name, for messages. */
  readonly title: string;
  /** Its settings. */
  readonly config: Config;
  /** Number of axes of a sample before it. */
  readonly rank: number;
}

type Translated = Pick<KerasLayer, "layers" | "weights">;

const TRANSLATORS: Readonly<Record<string, (context: Context) => Translated>> = {
  Conv1D: translateConv,
  Dense: translateDense,
  Activation: (context) => plain(activationOf(context, context.config.activation)),
  LeakyReLU: ({ title, config }) =>
    plain([leakyRelu(title, config.negative_slope ?? config.alpha)]),
  ReLU: translateRelu,
  BatchNormalization: translateBatchNorm,
  MaxPooling1D: translateMaxPool,
  Dropout: ({ title, config }) =>
    plain([{ type: "dropout", rate: numberOf(title, "rate", config.rate) }]),
  Flatten: ({ title, config }) => {
    expect(title, "data_format", config.data_format, [undefined, null, "channels_last"]);
    return plain([{ type: "flatten" }]);
  },
  LSTM: (context) => translateRecurrent(context, { className: "LSTM", directions: 1 }),
  GRU: ({ title }) =>
    refuseKeras(`${title} reads in one direction, expected it inside Bidirectional`),
  Bidirectional: translateBidirectional,
};

/**
 * Translates a layer.
 *
 * @param layer The layer as JSON has it.
 * @param place Number of axes of a sample before it.
 * @throws {UnsupportedModelError} If this package lacks it, or one of its settings.
 */
export function translateLayer(
  layer: LayerConfig,
  { rank }: { readonly rank: number },
): KerasLayer {
  const className = textOf(layer.class_name).slice(0, 60);
  const name = nameOf(layer);
  const title = `layer "${name.slice(0, 60)}" (${className})`;
  const translate = Object.hasOwn(TRANSLATORS, className) ? TRANSLATORS[className] : undefined;
  if (translate === undefined) refuseKeras(`${title} is no layer of this package`);
  const { layers, weights } = translate({ title, config: Object(layer.config), rank });
  return { name, className, layers, weights };
}

function plain(layers: readonly LayerSpec[]): Translated {
  return { layers, weights: [] };
}

function translateConv(context: Context): Translated {
  const { title, config } = context;
  const padding = config.padding ?? "valid";
  if (padding !== "same" && padding !== "valid") {
    refuseKeras(`${title} has padding ${textOf(padding)}, expected same or valid`);
  }
  expect(title, "strides", single(config.strides), [undefined, 1]);
  expect(title, "groups", config.groups, [undefined, 1]);
  expect(title, "data_format", config.data_format, [undefined, null, "channels_last"]);
  const conv: LayerSpec = {
    type: "conv1d",
    filters: numberOf(title, "filters", config.filters),
    width: numberOf(title, "kernel_size", single(config.kernel_size)),
    dilation: numberOf(title, "dilation_rate", single(config.dilation_rate) ?? 1),
    padding,
  };
  return withActivation(context, conv);
}

function translateDense(context: Context): Translated {
  const { title, config, rank } = context;
  const units = numberOf(title, "units", config.units);
  return withActivation(context, { type: rank === 1 ? "dense" : "linear", units });
}

/** A layer with a kernel, and the activation that it has inside. */
function withActivation(context: Context, layer: LayerSpec): Translated {
  const { config } = context;
  return {
    layers: [layer, ...activationOf(context, config.activation)],
    weights: config.use_bias === false ? ["kernel"] : ["kernel", "bias"],
  };
}

/** The layers of an activation by its name: none for a linear one. */
function activationOf({ title }: Context, activation: unknown): LayerSpec[] {
  // Keras 3 may write { class_name: "function", config: "relu" }.
  const { config, class_name } = Object(activation);
  const name = typeof activation === "object" && activation !== null
    ? typeof config === "string" ? config : class_name
    : activation ?? "linear";
  switch (name) {
    case "linear":
      return [];
    case "relu":
    case "gelu":
    case "sigmoid":
      return [{ type: "activation", kind: name }];
    case "leaky_relu":
      return [{ type: "activation", kind: "leakyRelu", alpha: ACTIVATION_SLOPE }];
    case "LeakyReLU":
      return [leakyRelu(title, Object(config).negative_slope ?? Object(config).alpha)];
    default:
      return refuseKeras(
        `${title} has the activation ${
          textOf(name).slice(0, 40)
        }, expected linear, relu, leaky_relu, gelu or sigmoid`,
      );
  }
}

/** Slopes are float32 in Keras, whose rounding JSON shows. */
function leakyRelu(title: string, slope: unknown): LayerSpec {
  const alpha = Number(numberOf(title, "alpha", slope ?? 0.3).toPrecision(7));
  return { type: "activation", kind: "leakyRelu", alpha };
}

function translateRelu({ title, config }: Context): Translated {
  expect(title, "max_value", config.max_value, [undefined, null]);
  expect(title, "threshold", config.threshold, [undefined, null, 0]);
  const slope = config.negative_slope ?? 0;
  return plain([slope === 0 ? { type: "activation", kind: "relu" } : leakyRelu(title, slope)]);
}

function translateBatchNorm({ title, config, rank }: Context): Translated {
  expect(title, "axis", single(config.axis) ?? -1, [-1, rank]);
  expect(title, "renorm", config.renorm, [undefined, null, false]);
  const layer: LayerSpec = {
    type: "batchNorm",
    momentum: numberOf(title, "momentum", config.momentum ?? 0.99),
    epsilon: numberOf(title, "epsilon", config.epsilon ?? 0.001),
  };
  const weights = [
    ...config.scale === false ? [] : ["gamma"],
    ...config.center === false ? [] : ["beta"],
    "moving_mean",
    "moving_variance",
  ];
  return { layers: [layer], weights };
}

function translateMaxPool({ title, config }: Context): Translated {
  const size = numberOf(title, "pool_size", single(config.pool_size) ?? 2);
  expect(title, "strides", single(config.strides) ?? size, [size]);
  expect(title, "padding", config.padding, [undefined, "valid"]);
  expect(title, "data_format", config.data_format, [undefined, null, "channels_last"]);
  return plain([{ type: "maxPool1d", size }]);
}

function translateBidirectional(context: Context): Translated {
  const { title, config } = context;
  expect(title, "merge_mode", config.merge_mode, [undefined, "concat"]);
  const { class_name, config: inner } = Object(config.layer);
  if (class_name !== "GRU" && class_name !== "LSTM") {
    refuseKeras(
      `${title} has a ${textOf(class_name).slice(0, 40)} inside, expected a GRU or an LSTM`,
    );
  }
  return translateRecurrent(
    { title, config: Object(inner), rank: context.rank },
    { className: class_name, directions: 2 },
  );
}

function translateRecurrent(
  { title, config }: Context,
  { className, directions }: { readonly className: "GRU" | "LSTM"; readonly directions: 1 | 2 },
): Translated {
  expect(title, "activation", config.activation, [undefined, "tanh"]);
  expect(title, "recurrent_activation", config.recurrent_activation, ["sigmoid"]);
  expect(title, "go_backwards", config.go_backwards, [undefined, false]);
  if (className === "GRU" && config.reset_after !== false) {
    refuseKeras(
      `${title} resets after the product, which is Keras' default, expected reset_after=False`,
    );
  }
  const units = numberOf(title, "units", config.units);
  const returnSequences = config.return_sequences === true;
  const form = returnSequences ? { units, returnSequences } : { units };
  const layer: RecurrentLayer = className === "GRU"
    ? Object.assign(form, { type: "bidirectionalGru" } as const)
    : Object.assign(
      form,
      { type: "lstm" } as const,
      directions === 2 ? { bidirectional: true } : {},
    );
  const own = config.use_bias === false
    ? ["kernel", "recurrent_kernel"]
    : ["kernel", "recurrent_kernel", "bias"];
  const cell = className.toLowerCase();
  const weights = directions === 1
    ? own
    : ["forward", "backward"].flatMap((way) => own.map((name) => `${way}_${cell}/${name}`));
  return { layers: [layer], weights };
}

/** The only number of a list, or a number. */
function single(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

function numberOf(title: string, setting: string, value: unknown): number {
  if (typeof value === "number") return value;
  return refuseKeras(
    `${title} has ${setting} ${JSON.stringify(value)?.slice(0, 40)}, expected a number`,
  );
}

function expect(title: string, setting: string, value: unknown, wanted: readonly unknown[]): void {
  if (wanted.includes(value)) return;
  refuseKeras(
    `${title} has ${setting} ${JSON.stringify(value)?.slice(0, 40)}, expected ${
      textOf(wanted.at(-1))
    }`,
  );
}
