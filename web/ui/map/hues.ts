import { knownGenres, type Genre } from '../covers/genres.ts';

/** Dots by main genre: [by day, after dark]. Neighbours on the map differ in lightness, too. */
const HUES: Readonly<Partial<Record<Genre, readonly [string, string]>>> = {
  'Sci-Fi': ['#3a4fb0', '#5cc8ff'],
  Horror: ['#b3121b', '#ff6a5e'],
  Animation: ['#2546d8', '#ffd02e'],
  Children: ['#2546d8', '#ffd02e'],
  Comedy: ['#a86a00', '#ffb35c'],
  Romance: ['#b03060', '#ff8fb0'],
  Musical: ['#b03060', '#ff8fb0'],
  Drama: ['#4d5b68', '#b9c6d2'],
  Crime: ['#1f2a44', '#8fa2d6'],
  'Film-Noir': ['#1f2a44', '#8fa2d6'],
  Mystery: ['#1f2a44', '#8fa2d6'],
  Thriller: ['#5a3d7a', '#b79be0'],
  Action: ['#5a3d7a', '#b79be0'],
  Adventure: ['#2f7a4d', '#86d9a9'],
  Fantasy: ['#2f7a4d', '#86d9a9'],
  War: ['#5d6440', '#a9b487'],
  Western: ['#a4501a', '#f0a04a'],
  Documentary: ['#1f6b5c', '#6fd0b8'],
};
const OTHERS: readonly [string, string] = ['#6c7781', '#8c9aa6'];

export function hueOf(genres: readonly string[], dark: boolean): string {
  const [main] = knownGenres(genres);
  return ((main && HUES[main]) ?? OTHERS)[dark ? 1 : 0];
}
