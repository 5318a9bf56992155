import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catalogOf } from '../../shared/artifact/writeCatalog.ts';
import { itemId } from '../../shared/ids.ts';
import { FilmMatcher, type WantedFilm } from '../../shared/matching.ts';
import type { CatalogItem } from '../../shared/query.ts';

const film = (id: number, title: string, year: number | null, imdbId: string | null = null, tmdbId: number | null = null): CatalogItem => ({
  id: itemId(id),
  title,
  year,
  genres: [],
  imdbId,
  tmdbId,
});
const wanted = (title: string, year: number | null, more: Partial<WantedFilm> = {}): WantedFilm => ({ title, year, imdbId: null, tmdbId: null, ...more });

const films = [
  film(1, 'Matrix, The', 1999, 'tt0133093', 603),
  film(2, 'Solaris (Solyaris)', 1972, 'tt0069293'),
  film(3, 'Solaris', 2002),
  film(4, 'City of God (Cidade de Deus)', 2002),
  film(5, 'Amelie (Fabuleux destin d’Amélie Poulain, Le)', 2001),
  film(6, 'WALL·E', 2008),
  film(7, 'Godfather, The', null),
  film(8, 'Thelma & Louise', 1991),
  film(9, 'Beauty and the Beast', 1991),
  film(10, 'Beauty and the Beast', 1992),
];
const matcher = new FilmMatcher(catalogOf(films));
const idOf = (film: WantedFilm) => matcher.match(film).item?.id ?? null;

describe('matching', () => {
  test.each<[string, WantedFilm, number | null]>([
    ['the id of IMDb, whatever it is called there', wanted('Die Matrix', 2001, { imdbId: 'tt0133093' }), 1],
    ['the id of TMDB', wanted('', null, { tmdbId: 603 }), 1],
    ['an unknown id, then the title', wanted('The Matrix', 1999, { imdbId: 'tt9' }), 1],
    ['the same year before the next', wanted('Beauty and the Beast', 1992), 10],
    ['one year apart', wanted('The Matrix', 2000), 1],
    ['two years apart is another film', wanted('The Matrix', 2001), null],
    ['remakes by their year', wanted('Solaris', 2002), 3],
    ['an also-known-as', wanted('Solyaris', 1972), 2],
    ['an original title beside the translated', wanted('Die Stadt Gottes', 2002, { otherTitles: ['Cidade de Deus'] }), 4],
    ['moved articles and accents in brackets', wanted('Le fabuleux destin d\'Amelie Poulain', 2001), 5],
    ['signs and case', wanted('wall-e', 2008), 6],
    ['and for &', wanted('Thelma and Louise', 1991), 8],
    ['a catalogue without the year', wanted('The Godfather', 1972), 7],
    ['no year, one film', wanted('WALL·E', null), 6],
    ['no year, two films', wanted('Solaris', null), null],
    ['nothing', wanted('', null), null],
    ['an id of the model itself, where nothing else is known', wanted('', null, { id: itemId(9) }), 9],
    ['but not beside a title that is another film', wanted('Heat', 1995, { id: itemId(9) }), null],
  ])('%s', (_what, film, id) => {
    expect(idOf(film)).toBe(id);
  });

  test('a catalogue finds each of its own films, or an equal one, by its own title and year', () => {
    const item = fc.record({ title: fc.string(), year: fc.option(fc.integer({ min: 1890, max: 2030 })) });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 20 }), (list) => {
        const items = list.map(({ title, year }, i) => film(i, title, year));
        const own = new FilmMatcher(catalogOf(items));
        for (const { title, year } of items) {
          const { item: found } = own.match(wanted(title, year));
          if (found && year !== null && found.year !== null) expect(Math.abs(found.year - year)).toBeLessThanOrEqual(1);
          if (/[a-z]{3}/i.test(title) && !/[()[\],]/.test(title) && year !== null) expect(found).not.toBeNull();
        }
      }),
    );
  });
});
