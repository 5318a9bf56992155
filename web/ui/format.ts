import type { CatalogItem } from '../../shared/query.ts';
import { t } from './words/words.svelte.ts';

/** 9,742 */
export const count = (value: number): string => new Intl.NumberFormat(t().locale).format(value);

/** "4.5" */
export const decimal = (value: number, digits = 1): string =>
  new Intl.NumberFormat(t().locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

/** As it is read out. */
export const starsSpoken = (stars: number): string =>
  stars === 0 ? t().stars.none : t().stars.of(new Intl.NumberFormat(t().locale).format(stars));

/** "0.4 ms". Browsers round their clocks, some to a whole millisecond: 0 is all that is known then. */
export function milliseconds(ms: number): string {
  if (ms === 0) return t().clock.under('1 ms');
  if (ms < 0.1) return t().clock.under(`${decimal(0.1)} ms`);
  return `${ms < 9.95 ? decimal(ms) : Math.round(ms)} ms`;
}

/** "0.4 of 1.1 MB" */
export function bytesOf(received: number, total: number): string {
  const { divisor, unit, digits } = unitFor(total);
  return t().bytes(decimal(received / divisor, digits), decimal(total / divisor, digits), unit);
}

/** "1.1 MB" */
export function bytes(size: number): string {
  const { divisor, unit, digits } = unitFor(size);
  return `${decimal(size / divisor, digits)} ${unit}`;
}

const unitFor = (size: number) => (size < 1e6 ? { divisor: 1e3, unit: 'kB', digits: 0 } : { divisor: 1e6, unit: 'MB', digits: 1 });

/** A share of more than the whole is exact, where other ratings speak against the film, but it tells nobody anything. */
export function percent(share: number): string {
  const whole = Math.round(share * 100);
  return whole >= 1 && whole <= 100 ? `${whole} %` : '';
}

export const genreName = (genre: string): string => t().genres[genre] ?? genre;

/** The three genres that there is room for. */
export const genreLine = ({ genres }: CatalogItem): string => genres.map(genreName).filter(Boolean).slice(0, 3).join(', ');
