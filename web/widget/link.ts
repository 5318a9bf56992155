import type { CatalogItem } from '../../shared/query.ts';

/**
 * Where a film's title leads.
 * @param template "/films/{id}"; also {imdbId}, {tmdbId}, {title}, {year}.
 * @returns null without a template, or where the film lacks what it asks for.
 */
export function linkFor(template: string | null, film: CatalogItem, base: string): string | null {
  if (!template) return null;
  let whole = true;
  const address = template.replace(/\{(id|imdbId|tmdbId|title|year)\}/g, (_, name: 'id' | 'imdbId' | 'tmdbId' | 'title' | 'year') => {
    const value = film[name];
    whole &&= value !== null;
    return encodeURIComponent(value ?? '');
  });
  if (!whole || !URL.canParse(address, base)) return null;
  // "{id}" alone must not become a script, whatever a catalogue calls its films.
  return ['http:', 'https:'].includes(new URL(address, base).protocol) ? address : null;
}
