/**
 * Reads the parts of an ONNX file that models of this package need. Nothing in a file is trusted: lengths, shapes and
 * numbers are checked before they are used.
 *
 * @module
 */

import { PbfReader } from "pbf";
import { FormatError } from "../../errors.ts";
import { countValues } from "../tensor.ts";
import { attributeOf, readValues } from "./_read_values.ts";
import {
  FIELDS,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from "./message.ts";

/** More operators than any model of this package has. */
const MOST_NODES = 100_000;
/** More axes than any value has. */
const MOST_AXES = 16;

type Fail = (found: string) => never;
type ReadField<Result> = (tag: number, result: Result, reader: PbfReader) => void;

/**
 * Reads an ONNX file.
 *
 * @param bytes Its content.
 * @param file Its name, for messages.
 * @returns What it holds; operators in their order.
 * @throws {FormatError} If it is damaged, or keeps its weights in other files.
 */
export function decodeOnnx(bytes: Uint8Array, file: string): OnnxModel {
  const fail: Fail = (found) => {
    throw new FormatError(`Cannot read ONNX: ${found}`, { file });
  };
  try {
    return new Decoder(file, fail).model(bytes);
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    // The library's own, such as a number of more than ten bytes.
    return fail(`it is damaged: ${(cause as Error).message}`);
  }
}

/** A model while it is read. */
interface Draft {
  producer: string;
  producerVersion: string;
  about: string;
  opset: number | undefined;
  metadata: Map<string, string>;
  graph: GraphDraft | undefined;
}

interface GraphDraft {
  name: string;
  nodes: OnnxNode[];
  initializers: OnnxTensor[];
  inputs: OnnxValue[];
  outputs: OnnxValue[];
}

class Decoder {
  readonly #file: string;
  readonly #fail: Fail;

  constructor(file: string, fail: Fail) {
    this.#file = file;
    this.#fail = fail;
  }

  model(bytes: Uint8Array): OnnxModel {
    const draft: Draft = {
      producer: "",
      producerVersion: "",
      about: "",
      opset: undefined,
      metadata: new Map(),
      graph: undefined,
    };
    this.#read<Draft>(bytes, draft, (tag, into, reader) => {
      const { model: field } = FIELDS;
      if (tag === field.producer) into.producer = reader.readString();
      else if (tag === field.producerVersion) into.producerVersion = reader.readString();
      else if (tag === field.about) into.about = reader.readString();
      else if (tag === field.opset) this.#readOpset(reader.readBytes(), into);
      else if (tag === field.metadata) this.#readEntry(reader.readBytes(), into.metadata);
      else if (tag === field.graph) into.graph = this.#readGraph(reader.readBytes());
    });
    const { graph } = draft;
    if (graph === undefined || graph.nodes.length === 0) {
      this.#fail("found no graph of operators, expected one");
    }
    const { producer, producerVersion, about, opset, metadata } = draft;
    const { name, nodes, initializers, inputs, outputs } = graph;
    const header = { producer, producerVersion, about, opset, metadata };
    return Object.assign(header, { graph: name, nodes, initializers, inputs, outputs });
  }

  /** Reads a message, and makes sure that it ends where its bytes end. */
  #read<Result>(bytes: Uint8Array, result: Result, readField: ReadField<Result>): Result {
    const reader = new PbfReader(bytes);
    reader.readFields(readField, result);
    if (reader.pos !== bytes.length) {
      this.#fail(`a message ends at byte ${reader.pos} of it, expected ${bytes.length}`);
    }
    return result;
  }

  #readOpset(bytes: Uint8Array, model: Draft): void {
    const { opset: field } = FIELDS;
    const read = { domain: "", version: 0 };
    this.#read(bytes, read, (tag, into, reader) => {
      if (tag === field.domain) into.domain = reader.readString();
      else if (tag === field.version) into.version = reader.readVarint();
    });
    if (read.domain === "" || read.domain === "ai.onnx") model.opset = read.version;
  }

  #readEntry(bytes: Uint8Array, metadata: Map<string, string>): void {
    const { entry: field } = FIELDS;
    const read = { key: "", value: "" };
    this.#read(bytes, read, (tag, into, reader) => {
      if (tag === field.key) into.key = reader.readString();
      else if (tag === field.value) into.value = reader.readString();
    });
    metadata.set(read.key, read.value);
  }

  #readGraph(bytes: Uint8Array): GraphDraft {
    const { graph: field } = FIELDS;
    const draft: GraphDraft = { name: "", nodes: [], initializers: [], inputs: [], outputs: [] };
    return this.#read(bytes, draft, (tag, into, reader) => {
      if (tag === field.name) into.name = reader.readString();
      else if (tag === field.node) {
        if (into.nodes.length === MOST_NODES) {
          this.#fail(
            `its graph has more than ${MOST_NODES} operators, which is the most that is read`,
          );
        }
        into.nodes.push(this.#readNode(reader.readBytes()));
      } else if (tag === field.initializer) {
        into.initializers.push(this.#readTensor(reader.readBytes()));
      } else if (tag === field.input) into.inputs.push(this.#readValue(reader.readBytes()));
      else if (tag === field.output) into.outputs.push(this.#readValue(reader.readBytes()));
    });
  }

  #readNode(bytes: Uint8Array): OnnxNode {
    const { node: field } = FIELDS;
    const attributes = new Map<string, OnnxAttribute>();
    const draft = {
      name: "",
      type: "",
      domain: "",
      inputs: [] as string[],
      outputs: [] as string[],
      attributes,
    };
    return this.#read(bytes, draft, (tag, into, reader) => {
      if (tag === field.input) into.inputs.push(reader.readString());
      else if (tag === field.output) into.outputs.push(reader.readString());
      else if (tag === field.name) into.name = reader.readString();
      else if (tag === field.type) into.type = reader.readString();
      else if (tag === field.domain) into.domain = reader.readString();
      else if (tag === field.attribute) {
        const [name, value] = this.#readAttribute(reader.readBytes());
        attributes.set(name, value);
      }
    });
  }

  #readAttribute(bytes: Uint8Array): [string, OnnxAttribute] {
    const { attribute: field } = FIELDS;
    const draft = {
      name: "",
      type: 0,
      float: 0,
      int: 0,
      text: "",
      tensor: undefined as OnnxTensor | undefined,
      floats: [] as number[],
      ints: [] as number[],
      texts: [] as string[],
    };
    this.#read(bytes, draft, (tag, into, reader) => {
      if (tag === field.name) into.name = reader.readString();
      else if (tag === field.type) into.type = reader.readVarint();
      else if (tag === field.float) into.float = reader.readFloat();
      else if (tag === field.int) into.int = reader.readVarint(true);
      else if (tag === field.text) into.text = decodeText(reader.readBytes());
      else if (tag === field.tensor) into.tensor = this.#readTensor(reader.readBytes());
      else if (tag === field.floats) reader.readPackedFloat(into.floats);
      else if (tag === field.ints) reader.readPackedVarint(into.ints, true);
      else if (tag === field.texts) into.texts.push(decodeText(reader.readBytes()));
    });
    return [draft.name, attributeOf(draft)];
  }

  #readTensor(bytes: Uint8Array): OnnxTensor {
    const { tensor: field } = FIELDS;
    const draft = {
      name: "",
      type: 0,
      location: 0,
      shape: [] as number[],
      raw: undefined as Uint8Array | undefined,
      numbers: [] as number[],
    };
    this.#read(bytes, draft, (tag, into, reader) => {
      if (tag === field.shape) reader.readPackedVarint(into.shape, true);
      else if (tag === field.type) into.type = reader.readVarint();
      else if (tag === field.name) into.name = reader.readString();
      else if (tag === field.raw) into.raw = reader.readBytes();
      else if (tag === field.floats) reader.readPackedFloat(into.numbers);
      else if (tag === field.doubles) reader.readPackedDouble(into.numbers);
      else if (tag === field.int32s || tag === field.int64s) {
        reader.readPackedVarint(into.numbers, true);
      } else if (tag === field.location) into.location = reader.readVarint();
    });
    const { name, shape } = draft;
    if (draft.location !== 0) {
      this.#fail(
        `"${name}" is in another file, expected weights in this one: save it with them inside`,
      );
    }
    const count = countValues(shape);
    if (count === undefined) this.#fail(`"${name}" has shape [${shape.join(", ")}]`);
    const values = readValues(draft, { count, file: this.#file, fail: this.#fail });
    return { name, shape, values };
  }

  #readValue(bytes: Uint8Array): OnnxValue {
    const value = { name: "", shape: undefined as (number | string)[] | undefined };
    return this.#read(bytes, value, (tag, into, reader) => {
      if (tag === FIELDS.value.name) into.name = reader.readString();
      else if (tag === FIELDS.value.type) {
        this.#read(reader.readBytes(), into, (kind, same, type) => {
          if (kind === FIELDS.type.tensor) same.shape = this.#readTensorType(type.readBytes());
        });
      }
    });
  }

  #readTensorType(bytes: Uint8Array): (number | string)[] | undefined {
    const found = { shape: undefined as (number | string)[] | undefined };
    this.#read(bytes, found, (tag, into, reader) => {
      if (tag !== FIELDS.tensorType.shape) return;
      const shape: (number | string)[] = [];
      this.#read(reader.readBytes(), shape, (part, axes, each) => {
        if (part !== FIELDS.shape.axis) return;
        if (axes.length === MOST_AXES) this.#fail(`a value has more than ${MOST_AXES} axes`);
        axes.push(this.#readAxis(each.readBytes()));
      });
      into.shape = shape;
    });
    return found.shape;
  }

  #readAxis(bytes: Uint8Array): number | string {
    const axis = { extent: "" as number | string };
    return this.#read(bytes, axis, (tag, into, reader) => {
      if (tag === FIELDS.axis.extent) {
        const extent = reader.readVarint(true);
        into.extent = extent > 0 ? extent : "";
      } else if (tag === FIELDS.axis.name) into.extent = reader.readString();
    }).extent;
  }
}

function decodeText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
