/** Where the service worker puts files that another app shared, until the import page takes them. */
export const SHARED = 'framerate-shared';
export const SHARED_FILE = (i: number): string => `/shared/${i}`;

/** Takes the files that were shared, once. */
export async function takeSharedFiles(): Promise<File[]> {
  try {
    if (!(await caches.has(SHARED))) return [];
    const cache = await caches.open(SHARED);
    const files = await Promise.all(
      (await cache.keys()).map(async (request) => {
        const response = (await cache.match(request))!;
        return new File([await response.blob()], decodeURIComponent(response.headers.get('x-name') ?? 'shared'));
      }),
    );
    await caches.delete(SHARED);
    return files;
  } catch {
    return []; // no caches here, so nothing was shared
  }
}
