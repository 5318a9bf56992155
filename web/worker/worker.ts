import { expose } from 'comlink';
import kernelUrl from '../../shared/engine/kernel/kernel.wasm?url';
import { fetchBytes } from '../fetchBytes.ts';
import { RecommenderService } from '../service.ts';

expose(
  new RecommenderService({
    openSource: (manifestUrl) => ({ read: (path, onBytes) => fetchBytes(new URL(path, manifestUrl).href, onBytes) }),
    readKernel: () => fetchBytes(new URL(kernelUrl, self.location.href).href),
  }),
);
