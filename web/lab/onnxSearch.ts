import { Graph, onnxModel } from '../../shared/onnx/graph.ts';
import type { OnnxRuntime } from '../../shared/onnx/runtime.ts';

export interface OnnxSearch {
  search(query: Float32Array): Promise<number[]>;
  close(): Promise<void>;
}

/** The k largest inner products as ONNX Runtime finds them: one MatMul over single precision, one TopK. */
export async function openOnnxSearch({ InferenceSession, Tensor }: OnnxRuntime, matrix: Float32Array, rows: number, rank: number, k: number): Promise<OnnxSearch> {
  const graph = new Graph();
  const query = graph.input('query', { type: 'float32', shape: [1, rank] }, 'a person');
  const columns = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) for (let d = 0; d < rank; d++) columns[d * rows + row] = matrix[row * rank + d]!;
  const scores = graph.node('scores', 'MatMul', [query, graph.floats('items', [rank, rows], columns)]);
  const [, best] = graph.nodes(['topScores', 'topRows'], 'TopK', [scores, graph.ints('k', [1], [k])]);
  graph.output(best!, { type: 'int64', shape: [1, k] }, 'rows, best first');
  const session = await InferenceSession.create(onnxModel(graph, { name: 'search', doc: '', producer: 'FrameRate', metadata: {} }));
  return {
    async search(values) {
      const { topRows } = await session.run({ query: new Tensor('float32', values, [1, rank]) });
      return Array.from(topRows!.data as BigInt64Array, Number);
    },
    close: () => session.release(),
  };
}
