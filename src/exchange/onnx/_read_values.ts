/** The values of tensors and attributes in an ONNX file. */

import { decodeFloats, type FloatType } from "../tensor.ts";
import { type OnnxAttribute, type OnnxTensor, TENSOR_TYPES } from "./message.ts";

/** Types of tensors that are read as float32, with the bytes of one value. */
const FLOAT_TYPES = new Map<number, readonly [FloatType, number]>([
  [TENSOR_TYPES.float32, ["F32", 4]],
  [TENSOR_TYPES.float16, ["F16", 2]],
  [TENSOR_TYPES.float64, ["F64", 8]],
  [TENSOR_TYPES.bfloat16, ["BF16", 2]],
]);

/** A tensor as its message has it. */
export interface TensorMessage {
  readonly name: string;
  /** Number of its type. */
  readonly type: number;
  /** Its values as bytes, little-endian. */
  readonly raw: Uint8Array | undefined;
  /** Its values as numbers, if they are not bytes. */
  readonly numbers: readonly number[];
}

/** The values of a tensor; none if they are of a type that no weight has. */
export function readValues(
  { name, type, raw, numbers }: TensorMessage,
  { count, file, fail }: {
    readonly count: number;
    readonly file: string;
    readonly fail: (found: string) => never;
  },
): OnnxTensor["values"] {
  const expectCount = (found: number) => {
    if (found !== count) fail(`"${name}" has ${found} values, expected ${count}`);
  };
  const float = FLOAT_TYPES.get(type);
  const place = { action: "read ONNX", name, file };
  if (float !== undefined && raw !== undefined) {
    const [dtype, size] = float;
    expectCount(raw.length / size);
    return decodeFloats(raw, dtype, place);
  }
  if (type === TENSOR_TYPES.float32 || type === TENSOR_TYPES.float64) {
    expectCount(numbers.length);
    return decodeFloats(new Uint8Array(Float32Array.from(numbers).buffer), "F32", place);
  }
  // What is not read may still stand in a part of the graph that is not needed.
  if (type !== TENSOR_TYPES.int32 && type !== TENSOR_TYPES.int64) return [];
  if (raw === undefined) {
    expectCount(numbers.length);
    return numbers;
  }
  const size = type === TENSOR_TYPES.int64 ? 8 : 4;
  expectCount(raw.length / size);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  return Array.from(
    { length: count },
    (_, i) => size === 8 ? Number(view.getBigInt64(i * 8, true)) : view.getInt32(i * 4, true),
  );
}

/** The value of an attribute by its type: 1 float, 2 int, 3 text, 4 tensor, 6 floats, 7 ints, 8 texts. */
export function attributeOf(draft: {
  readonly type: number;
  readonly float: number;
  readonly int: number;
  readonly text: string;
  readonly tensor: OnnxTensor | undefined;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly texts: readonly string[];
}): OnnxAttribute {
  switch (draft.type) {
    case 1:
      return { float: draft.float };
    case 2:
      return { int: draft.int };
    case 3:
      return { text: draft.text };
    case 4:
      return draft.tensor === undefined ? { other: 4 } : { tensor: draft.tensor };
    case 6:
      return { floats: draft.floats };
    case 7:
      return { ints: draft.ints };
    case 8:
      return { texts: draft.texts };
    default:
      return { other: draft.type };
  }
}
