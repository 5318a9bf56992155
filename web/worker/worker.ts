import { expose } from 'comlink';
import { kernelUrl } from '../../shared/engine/kernel/location.ts';
import { fetchBytes } from '../fetchBytes.ts';
import { RecommenderService } from '../service.ts';

expose(
  new RecommenderService({
    openSource: (manifestUrl) => ({ read: (path, onBytes) => fetchBytes(new URL(path, manifestUrl).href, onBytes) }),
    readKernel: () => fetchBytes(kernelUrl.href),
  }),
);
