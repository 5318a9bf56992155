/** The browser's cache that models are kept in. */
export const SHELF = 'framerate-models';

/** The shelf, or null where the browser has or allows none: then everything comes from the network each time. */
export async function openShelf(): Promise<Cache | null> {
  try {
    return await caches.open(SHELF);
  } catch {
    return null;
  }
}
