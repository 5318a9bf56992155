import { itemId, type ItemId } from '../../shared/ids.ts';

/** Where in the app: the part of the address after #, so that any static host will do. */
export type Route =
  | { readonly page: 'rate' | 'ten' | 'steer' | 'group' | 'map' | 'mine' | 'import' | 'model' | 'lab' | 'nowhere' }
  | { readonly page: 'film'; readonly id: ItemId };

export type Page = Route['page'];

const PAGES: readonly Exclude<Page, 'film' | 'nowhere'>[] = ['rate', 'ten', 'steer', 'group', 'map', 'mine', 'import', 'model', 'lab'];

/** @param hash with or without its "#": "#/film/260". What stands behind a "?" is the page's own affair (group/invite.ts). */
export function readRoute(hash: string): Route {
  const [page, id, ...more] = hash.replace(/^#?\/?/, '').replace(/^(group)\?.*/, '$1').split('/');
  if (page === '') return { page: 'rate' };
  if (page === 'about' && id === undefined) return { page: 'model' };
  if (page === 'film' && id && more.length === 0) return { page: 'film', id: itemId(decode(id)) };
  return { page: PAGES.find((known) => known === page && id === undefined) ?? 'nowhere' };
}

export const hrefOf = (page: Exclude<Page, 'film' | 'nowhere'>): string => `#/${page}`;
export const filmHref = (id: ItemId): string => `#/film/${encodeURIComponent(id)}`;

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % is no film's id, but no reason to fail either
  }
}
