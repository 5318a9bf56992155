import { readAll, type Expected } from '../fetchBytes.ts';

/** A file that is on the shelf; null: it is not. */
export const readKept = async (shelf: Cache | null, url: string, expected?: Expected): Promise<Uint8Array<ArrayBuffer> | null> => {
  const kept = await shelf?.match(url);
  return kept?.body ? readAll(kept.body, expected) : null;
};

/** A full device keeps nothing more; what is loaded works all the same. */
export async function put(shelf: Cache | null, url: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  try {
    await shelf?.put(url, new Response(inPieces(bytes)));
    return shelf !== null;
  } catch {
    return false;
  }
}

const PIECE_BYTES = 1 << 20;

/** As a stream, of which a browser copies a piece at a time, and never the whole. */
function inPieces(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.byteLength) controller.enqueue(bytes.subarray(at, (at += PIECE_BYTES)));
      else controller.close();
    },
  });
}
