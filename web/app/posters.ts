import { goToPage, onPostersPage } from '../posters/place.ts';

/**
 * Sees to it that who wants posters is on the page that may fetch them, and who does not is not (contentSecurityPolicy.ts).
 * @param key of TMDB's; undefined: no posters.
 */
export async function choosePage(key: string | undefined): Promise<void> {
  const here = onPostersPage();
  // A host that answers every address with the first page would send it there again and again.
  const sent = /\/posters(\.html)?$/.test(location.pathname);
  if (import.meta.env.PROD && here !== (key !== undefined) && (here || !sent)) {
    goToPage(!here);
    return new Promise(() => {}); // nothing more of this page
  }
  if (!here || key === undefined) return;
  const [{ default: Poster }, { startPosters }, { layPosters }] = await Promise.all([import('../posters/Poster.svelte'), import('../posters/posters.svelte.ts'), import('../ui/posterLayer.svelte.ts')]);
  layPosters(Poster);
  void startPosters(key);
}
