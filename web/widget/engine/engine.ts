import { loadModel } from '../../../shared/artifact/load.ts';
import { openExact } from '../../../shared/engine/openExact.ts';
import { Recommender } from '../../../shared/engine/recommender.ts';
import { FrameRateError } from '../../../shared/errors.ts';
import kernel from 'virtual:framerate-kernel';
import { ModelService } from '../../modelService.ts';
import { holdLifeline } from '../../worker/lifeline.ts';
import type { Asked, Told } from './port.ts';
import { webSource } from './source.ts';

/** A model from its address, in the thread that calls. Keeps nothing: what the browser caches by itself is all. */
export const openService = (): ModelService =>
  new ModelService({
    openSource: webSource,
    async openRecommender(source, onProgress) {
      const model = await loadModel(source, onProgress);
      if (model.searchFile || model.encoderFile) {
        throw new FrameRateError('WASM_UNAVAILABLE', `This model needs ${model.searchFile ? 'Faiss' : 'ONNX Runtime'}, which the widget does not carry. Publish it without.`);
      }
      const index = await openExact(model.factors, { readKernel });
      return new Recommender({ ...model, factors: index.factors }, index);
    },
  });

/**
 * Carried along: a file of its own would be one more thing that a page's policy forbids. Packed by "deflate"; browsers
 * that cannot unpack it do not have the SIMD that it needs either, and search in plain JavaScript.
 */
async function readKernel(): Promise<Uint8Array<ArrayBuffer>> {
  if (!('DecompressionStream' in globalThis)) return new Uint8Array();
  const packed = Uint8Array.from(atob(kernel), (sign) => sign.charCodeAt(0));
  return new Uint8Array(await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'))).arrayBuffer());
}

/** In a worker: answers what the page asks, as port.ts says. */
export function serve(): void {
  const service = openService();
  const tell = (told: Told): void => postMessage(told);
  addEventListener('message', ({ data: { id, method, args } }: MessageEvent<Asked>) => {
    const ask = service[method] as (...args: unknown[]) => Promise<unknown>;
    ask.apply(service, [...args]).then(
      (answer) => tell({ kind: 'answer', id, answer }),
      (error: unknown) => tell({ kind: 'bug', id, message: String(error) }),
    );
  });
  // The page takes the first of these for a sign of life.
  void service.watch((status) => tell({ kind: 'status', status }));
  holdLifeline();
}
