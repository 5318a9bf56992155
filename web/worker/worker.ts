import { kernelUrl } from '../../shared/engine/kernel/location.ts';
import { fetchFaiss } from '../faiss.ts';
import { fetchBytes } from '../fetchBytes.ts';
import { ShelfSource } from '../offline/modelShelf.ts';
import { loadOnnx } from '../onnx.ts';
import { RecommenderService } from '../service.ts';
import { holdLifeline } from './lifeline.ts';
import { answerWith } from './port.ts';

/** On its way while the model is. */
const kernel = fetchBytes(kernelUrl.href).catch(() => null);

answerWith(
  new RecommenderService({
    openSource: (manifestUrl, fresh) => new ShelfSource(manifestUrl, fresh),
    readKernel: async () => (await kernel) ?? fetchBytes(kernelUrl.href),
    readFaiss: fetchFaiss,
    loadOnnx,
  }),
);

holdLifeline();
