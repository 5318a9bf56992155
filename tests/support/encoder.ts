import type { Model } from '../../shared/artifact/load.ts';
import { decodeRow } from '../../shared/engine/scoring.ts';
import { ENCODER_INPUTS, ENCODER_OUTPUT } from '../../shared/onnx/encoder.ts';
import { Graph, onnxModel } from '../../shared/onnx/graph.ts';

/** An encoder that counts every rating alike: the sum of the rated items' factors. */
export function forgetfulEncoder({ factors }: Pick<Model, 'factors'>): Uint8Array<ArrayBuffer> {
  const { rows, rank } = factors;
  const decoded = new Float64Array(rank);
  const matrix = new Float32Array(rank * rows);
  for (let row = 0; row < rows; row++) {
    decodeRow(factors, row, decoded);
    for (let d = 0; d < rank; d++) matrix[d * rows + row] = decoded[d]!;
  }
  const graph = new Graph();
  const rated = graph.input('rows', ENCODER_INPUTS.rows, 'rated rows');
  const weights = graph.input('weights', ENCODER_INPUTS.weights, 'not used but for its length');
  const ones = graph.node('ones', 'Add', [graph.node('nothing', 'Sub', [weights, weights]), graph.floats('one', [1], [1])]);
  graph.output(graph.node(ENCODER_OUTPUT, 'MatMul', [graph.node('columns', 'Gather', [graph.floats('items', [rank, rows], matrix), rated], { axis: 1 }), ones]), { type: 'float32', shape: [rank] }, 'a person');
  return encoderFile(graph);
}

export const encoderFile = (graph: Graph): Uint8Array<ArrayBuffer> => onnxModel(graph, { name: 'encoder', producer: 'test', doc: '', metadata: {} });
