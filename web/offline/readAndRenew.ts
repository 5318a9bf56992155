import { fetchSmall } from '../request.ts';
import { openShelf } from './openShelf.ts';

/** A small file that is used as it was kept, and renewed for the next time: the list of models. */
export async function readAndRenew(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const shelf = await openShelf();
  const renewed = fetchSmall(url, { cache: 'no-cache' }).then(async (bytes) => {
    await shelf?.put(url, new Response(bytes)).catch(() => undefined); // a full device asks each time
    return bytes;
  });
  renewed.catch(() => undefined); // offline: what is kept does. Said before anything is awaited: the network may fail sooner than the shelf answers
  const kept = await shelf?.match(url);
  return kept ? new Uint8Array(await kept.arrayBuffer()) : renewed;
}
