import type { CatalogItem } from '../../shared/query.ts';
import { MAX_STARS } from './scale.ts';

const number = new Intl.NumberFormat('en');

/** 9,742 */
export const count = (value: number): string => number.format(value);

/** "1 film", "12 films" */
export const films = (value: number): string => `${count(value)} ${value === 1 ? 'film' : 'films'}`;

/** As it stands beside the stars: "4½". */
export function starsText(stars: number): string {
  const whole = Math.floor(stars);
  return stars === whole ? String(whole) : `${whole || ''}½`;
}

/** As it is read out. */
export const starsSpoken = (stars: number): string =>
  stars === 0 ? 'not rated' : `${stars} of ${MAX_STARS} stars`;

/** "0.4 ms". Browsers round their clocks, some to a whole millisecond: 0 is all that is known then. */
export function milliseconds(ms: number): string {
  if (ms === 0) return 'under 1 ms';
  if (ms < 0.1) return 'under 0.1 ms';
  return `${ms < 9.95 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** "0.4 of 1.1 MB" */
export function bytesOf(received: number, total: number): string {
  const [unit, name, digits] = total < 1e6 ? [1e3, 'kB', 0] : [1e6, 'MB', 1];
  return `${(received / unit).toFixed(digits)} of ${(total / unit).toFixed(digits)} ${name}`;
}

const genreNames = new Map([
  ['Film-Noir', 'Noir'],
  ['(no genres listed)', ''],
]);

/** The three genres that there is room for. */
export const genreLine = ({ genres }: CatalogItem): string =>
  genres
    .map((genre) => genreNames.get(genre) ?? genre)
    .filter(Boolean)
    .slice(0, 3)
    .join(', ');
