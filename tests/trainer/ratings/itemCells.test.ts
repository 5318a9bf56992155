import { describe, expect, test } from 'vitest';
import { ML_100K_GENRES, parseGenres, parseImdbId, parseTmdbId, parseYear, splitTitle, stripSeries } from '../../../trainer/ratings/itemCells.ts';

test.each<[string, string, number | null]>([
  ['Toy Story (1995)', 'Toy Story', 1995],
  ['Matrix, The (1999)', 'Matrix, The', 1999],
  ['City of Lost Children, The (Cité des enfants perdus, La) (1995)', 'City of Lost Children, The (Cité des enfants perdus, La)', 1995],
  ['Death Note (2006–2007)', 'Death Note', 2006],
  ['Fawlty Towers (1975-1979)', 'Fawlty Towers', 1975],
  ['Nocturna (2007-)', 'Nocturna', 2007],
  ['Justice League: The New Frontier (2008) ', 'Justice League: The New Frontier', 2008],
  ['2001: A Space Odyssey (1968)', '2001: A Space Odyssey', 1968],
  ['Babylon 5', 'Babylon 5', null],
  ['Ready Player One', 'Ready Player One', null],
  ['(1999)', '(1999)', null],
  ['(500) Days of Summer (2009)', '(500) Days of Summer', 2009],
  ['Film (20000)', 'Film (20000)', null],
  ['', '', null],
])('the title and year of %j', (text, title, year) => {
  expect(splitTitle(text)).toEqual({ title, year });
});

test.each([
  ['The Hunger Games (The Hunger Games, #1)', 'The Hunger Games'],
  ['A (B) (C, #1-3)', 'A (B)'],
  ['Nineteen (1984)', 'Nineteen (1984)'],
  ['(A, #1)', '(A, #1)'],
])('the series of %j', (text, title) => {
  expect(stripSeries(text)).toBe(title);
});

test.each<[string, number | null]>([['1995', 1995], ['2008.0', 2008], ['-750.0', -750], ['1995-10-30', 1995], ['30 October 1995', 1995], ['01-Jan-1997', 1997], ['0', null], ['', null], ['soon', null], ['123456', null]])('the year of %j', (text, year) => {
  expect(parseYear(text)).toBe(year);
});

test.each([
  ['Comedy|Drama', ['Comedy', 'Drama']],
  ["Animation|Children's", ['Animation', 'Children']],
  ['(no genres listed)', []],
  ['', []],
  ['Sci-Fi, Drama', ['Sci-Fi', 'Drama']],
  ['Comedy|Comedy|', ['Comedy']],
])('the genres of %j', (text, genres) => {
  expect(parseGenres(text)).toEqual(genres);
});

describe('ids of other catalogues', () => {
  test.each([['0114709', 'tt0114709'], ['114709', 'tt0114709'], ['tt0114709', 'tt0114709'], ['10370710', 'tt10370710'], ['', null], ['0', null], ['nm1', null]])('IMDb %j', (text, id) => {
    expect(parseImdbId(text)).toBe(id);
  });
  test.each([['862', 862], ['862.0', 862], ['', null], ['0', null], ['x', null]])('TMDB %j', (text, id) => {
    expect(parseTmdbId(text)).toBe(id);
  });
});

test('ml-100k has 19 flags', () => {
  expect(ML_100K_GENRES).toHaveLength(19);
});
