import { bytes, int, join, message, packedFloats, packedInts, text, type Field } from './protobuf.ts';

/**
 * Builds ONNX models. Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, where they never change;
 * what operators do: https://github.com/onnx/onnx/blob/main/docs/Operators.md.
 *
 * IR 7 and operator set 13 are those of ONNX 1.8 (2020): old enough for every runtime that is still in use,
 * new enough for all that is asked here.
 */
const IR_VERSION = 7;
const OPERATOR_SET = 13;

/** TensorProto.DataType. */
export const DATA_TYPE = { float32: 1, uint8: 2, int8: 3, uint16: 4, int32: 6, int64: 7, bool: 9 } as const;
export type DataType = keyof typeof DATA_TYPE;

export interface TensorType {
  readonly type: DataType;
  /** An axis is as long as its number says, or as another of the same name, which is known when the model runs. */
  readonly shape: readonly (number | string)[];
}

declare const brand: unique symbol;
/** A tensor of a graph, by its name. */
export type Value = string & { readonly [brand]: 'Value' };

/** The operators that are in use here. */
type Operator = 'Add' | 'Cast' | 'Concat' | 'Expand' | 'Gather' | 'MatMul' | 'Max' | 'Min' | 'Mul' | 'Reciprocal' | 'ReduceSum' | 'ScatterElements' | 'Shape' | 'Sub' | 'TopK' | 'Where';

/** A graph that grows node by node: a node can only name values that exist, so the order is the one that ONNX asks for. */
export class Graph {
  readonly #names = new Set<string>();
  readonly #nodes: Field[] = [];
  readonly #constants: Field[] = [];
  readonly #inputs: Field[] = [];
  readonly #outputs: Field[] = [];

  #name(name: string): Value {
    // IR.md wants identifiers of C, and each once.
    if (!/^[A-Za-z_]\w*$/.test(name) || this.#names.has(name)) throw new Error(`The graph cannot have a value named "${name}", or has one already.`);
    this.#names.add(name);
    return name as Value;
  }

  /** What a caller gives. */
  input(name: string, type: TensorType, doc: string): Value {
    this.#inputs.push(message(11, valueInfo(name, type, doc)));
    return this.#name(name);
  }

  /** What a caller gets. */
  output(value: Value, type: TensorType, doc: string): void {
    this.#outputs.push(message(12, valueInfo(value, type, doc)));
  }

  floats(name: string, shape: readonly number[], values: ArrayLike<number>): Value {
    return this.#constant(name, 'float32', shape, packedFloats(4, values));
  }

  ints(name: string, shape: readonly number[], values: readonly number[]): Value {
    return this.#constant(name, 'int64', shape, packedInts(7, values));
  }

  uint8s(name: string, shape: readonly number[], values: Uint8Array): Value {
    return this.#constant(name, 'uint8', shape, bytes(9, values));
  }

  int8s(name: string, shape: readonly number[], values: Int8Array): Value {
    return this.#constant(name, 'int8', shape, bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.length)));
  }

  uint16s(name: string, shape: readonly number[], values: Uint16Array): Value {
    const raw = new DataView(new ArrayBuffer(values.length * 2));
    values.forEach((value, i) => raw.setUint16(i * 2, value, true));
    return this.#constant(name, 'uint16', shape, bytes(9, new Uint8Array(raw.buffer)));
  }

  /** TensorProto: dims 1, data_type 2, float_data 4, int64_data 7, name 8, raw_data 9. */
  #constant(name: string, type: DataType, shape: readonly number[], data: Field): Value {
    this.#constants.push(message(5, [...shape.map((length) => int(1, length)), int(2, DATA_TYPE[type]), text(8, name), data]));
    return this.#name(name);
  }

  /** Adds a node of one output. @param name of that output. */
  node(name: string, operator: Operator, inputs: readonly Value[], attributes?: Attributes): Value {
    return this.nodes([name], operator, inputs, attributes)[0]!;
  }

  /** Adds a node of several outputs. NodeProto: input 1, output 2, name 3, op_type 4, attribute 5. */
  nodes(names: readonly string[], operator: Operator, inputs: readonly Value[], attributes: Attributes = {}): Value[] {
    this.#nodes.push(
      message(1, [
        ...inputs.map((input) => text(1, input)),
        ...names.map((name) => text(2, name)),
        text(3, names.join('_')),
        text(4, operator),
        ...Object.entries(attributes).map(([name, value]) => message(5, attribute(name, value))),
      ]),
    );
    return names.map((name) => this.#name(name));
  }

  /** GraphProto: node 1, name 2, initializer 5, input 11, output 12. */
  fields(name: string): Field[] {
    return [...this.#nodes, text(2, name), ...this.#constants, ...this.#inputs, ...this.#outputs];
  }
}

/** Whole numbers: the operators above take no others. */
type Attributes = Readonly<Record<string, number>>;

/** AttributeProto: name 1, i 3, type 20, of which INT is 2. */
const attribute = (name: string, value: number): Field[] => [text(1, name), int(3, value), int(20, 2)];

/** ValueInfoProto: name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 { dim 1 { dim_value 1, dim_param 2 } } } }, doc_string 3. */
const valueInfo = (name: string, { type, shape }: TensorType, doc: string): Field[] => [
  text(1, name),
  message(2, [
    message(1, [
      int(1, DATA_TYPE[type]),
      message(2, shape.map((length) => message(1, [typeof length === 'number' ? int(1, length) : text(2, length)]))),
    ]),
  ]),
  text(3, doc),
];

export interface ModelFacts {
  readonly name: string;
  readonly doc: string;
  readonly producer: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * A whole .onnx file. ModelProto: ir_version 1, producer_name 2, doc_string 6, graph 7, opset_import 8 { version 2 },
 * metadata_props 14 { key 1, value 2 }.
 */
export const onnxModel = (graph: Graph, { name, doc, producer, metadata }: ModelFacts): Uint8Array<ArrayBuffer> =>
  join([
    int(1, IR_VERSION),
    text(2, producer),
    text(6, doc),
    message(7, graph.fields(name)),
    message(8, [int(2, OPERATOR_SET)]),
    ...Object.entries(metadata).map(([key, value]) => message(14, [text(1, key), text(2, value)])),
  ]);
