import { expose } from 'comlink';
import { kernelUrl } from '../../shared/engine/kernel/location.ts';
import { fetchBytes } from '../fetchBytes.ts';
import { ShelfSource } from '../offline/modelShelf.ts';
import { RecommenderService } from '../service.ts';

expose(
  new RecommenderService({
    openSource: (manifestUrl, fresh) => new ShelfSource(manifestUrl, fresh),
    readKernel: () => fetchBytes(kernelUrl.href),
  }),
);

// Held for life, and the page waits for it: so it learns of this worker's end, whatever that is. There are no locks
// where the page came over plain HTTP from elsewhere; then it learns of errors alone.
void navigator.locks?.request(self.name, () => {
  postMessage(self.name);
  return new Promise<never>(() => undefined);
});
