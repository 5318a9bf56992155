import { describe, expect, test } from 'vitest';
import { itemId } from '../../shared/ids.ts';
import { TitleSearch } from '../../shared/titles.ts';

const titles: [string, number | null][] = [
  ['Star Wars: Episode IV - A New Hope', 1977],
  ['Matrix, The', 1999],
  ['Matrix Reloaded, The', 2003],
  ['Heat', 1995],
  ['In the Heat of the Night', 1967],
  ['Fabuleux destin d’Amélie Poulain, Le', 2001],
  ['WALL·E', 2008],
  ['2001: A Space Odyssey', 1968],
  ['Seven Samurai (Shichinin no samurai)', 1954],
  ['One Flew Over the Cuckoo’s Nest', 1975],
  ['King Kong', 1976],
  ['King Kong', 1933],
  ['用心棒', 1961],
  ['Untitled', null],
  ...Array.from({ length: 30 }, (_, i): [string, number] => [`Filler ${i}`, 1990]),
  ['Starcrash', 1978],
];
const items = titles.map(([title, year], i) => ({ id: itemId(i), title, year, genres: [], imdbId: null, tmdbId: null }));
const search = await TitleSearch.open(items, Float32Array.from(items, (_, row) => 100 / (row + 1)));
const find = (text: string) => search.find(text, 5).map(({ id }) => titles[id as number]);

describe('TitleSearch', () => {
  test.each([
    ['the matrix', 'Matrix, The'],
    ['Matrix, The', 'Matrix, The'],
    ['matr', 'Matrix, The'],
    ['matirx', 'Matrix, The'],
    ['matrix 2003', 'Matrix Reloaded, The'],
    ['star', 'Star Wars: Episode IV - A New Hope'],
    ['starcrash', 'Starcrash'],
    ['heat', 'Heat'],
    ['heat night', 'In the Heat of the Night'],
    ['amelie', 'Fabuleux destin d’Amélie Poulain, Le'],
    ['AMÉLIE', 'Fabuleux destin d’Amélie Poulain, Le'],
    ['walle', 'WALL·E'],
    ['wall·e', 'WALL·E'],
    ['2001', '2001: A Space Odyssey'],
    ['space odissey', '2001: A Space Odyssey'],
    ['samurai', 'Seven Samurai (Shichinin no samurai)'],
    ['cuckoos nest', 'One Flew Over the Cuckoo’s Nest'],
    ["cuckoo's nest", 'One Flew Over the Cuckoo’s Nest'],
    ['用心棒', '用心棒'],
  ])('%s finds %s first', (text, title) => {
    expect(find(text)[0]?.[0]).toBe(title);
  });

  test('the year tells two films of one name apart', () => {
    expect(find('king kong 1933')[0]).toEqual(['King Kong', 1933]);
    expect(find('king kong')[0]).toEqual(['King Kong', 1976]); // the better known one: its row comes first
  });

  test.each(['', '   ', '!?', '***'])('%j finds nothing', (text) => {
    expect(find(text)).toEqual([]);
  });

  test('at most as many as asked for', () => {
    expect(search.find('the', 2)).toHaveLength(2);
  });
});
