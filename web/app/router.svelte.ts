import { tick } from 'svelte';
import { readRoute, type Route } from '../ui/routes.ts';

/** Follows the address. Pages of the menu come back as they were left; a film opens at its top. */
export class Router {
  route = $state.raw<Route>(readRoute(location.hash));
  /** Where the page before was, to go back to. */
  #places = new Map<string, number>();
  #at = location.hash;

  constructor() {
    history.scrollRestoration = 'manual';
    addEventListener('hashchange', () => void this.#follow());
    // Kept as it goes: when the address has changed, the browser may have moved already.
    addEventListener('scroll', () => this.#places.set(this.#at, scrollY), { passive: true });
  }

  async #follow(): Promise<void> {
    // The skip link and the like name a place on this page, not another page.
    if (!/^#?(\/|$)/.test(location.hash)) return;
    this.#at = location.hash;
    this.route = readRoute(location.hash);
    const place = this.route.page === 'film' ? 0 : (this.#places.get(this.#at) ?? 0);
    await tick();
    await new Promise(requestAnimationFrame); // a page that is here already stands by then
    scrollTo({ top: place, behavior: 'instant' });
    document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
  }
}
