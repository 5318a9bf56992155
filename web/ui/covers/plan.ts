import { contrast } from './colour.ts';
import { attributes, n } from './draw.ts';
import type { Face } from './faces.ts';
import { GENRES, knownGenres, NO_GENRE } from './genres.ts';
import type { GenreStyle, Palette } from './genres.ts';
import type { Box } from './layout.ts';
import { MOTIFS, NO_GENRE_MOTIFS } from './motifs.ts';
import type { Motif } from './motifs.ts';
import { hash, seeded } from './seed.ts';
import { readTitle } from '../../../shared/readTitle.ts';

/** What a cover is made from. Titles come as catalogues write them: "Matrix, The". */
export interface CoverFilm {
  readonly title: string;
  readonly year: number | null;
  readonly genres: readonly string[];
}

export interface Plan {
  readonly style: GenreStyle;
  readonly seed: number;
  readonly palette: Palette;
  readonly motif: Motif;
  /** The title stands above the motif. */
  readonly high: boolean;
}

/** Motifs are drawn in fields of this width and scaled from there. */
const FIELD_WIDTH = 200;

/** Everything that the seed decides. The same film gets the same, in whatever form its catalogue writes the title. */
export function plan(film: CoverFilm): Plan {
  const [main, second] = knownGenres(film.genres);
  const style: GenreStyle = main ? GENRES[main] : NO_GENRE;
  const seed = hash(`${readTitle(film.title).title}|${film.year ?? ''}`);
  const random = seeded(seed);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)];

  let palette = pick(style.palettes);
  if (second) {
    // It lends its accent to half of the films, where that can be seen,
    const accent = GENRES[second].palettes[0].a;
    if (random() < 0.5 && contrast(accent, palette.ground) >= 2.4 && accent !== palette.ink) {
      palette = { ...palette, a: accent };
    }
  }
  // and its motif to a third.
  const lends = second && second !== 'IMAX' && random() < 0.35 ? second : main;
  const motif = pick(lends ? MOTIFS[lends] : NO_GENRE_MOTIFS);
  const high = main === 'Western' || main === 'War' ? random() < 0.75 : main !== 'Horror' && random() < 0.4;
  return { style, seed, palette, motif, high };
}

export const drawMotif = ({ motif, seed, palette }: Plan, width: number, height: number): string =>
  motif(seeded(seed ^ 0x9e3779b9), width, height, palette);

/** The motif in `field`, drawn as wide as on the large sheet. */
export function motifIn(plan: Plan, field: Box): string {
  const height = (field.height * FIELD_WIDTH) / field.width;
  const box = attributes({ x: field.x, y: field.y, width: field.width, height: field.height });
  return `<svg${box} viewBox="0 0 ${FIELD_WIDTH} ${n(height)}">${drawMotif(plan, FIELD_WIDTH, height)}</svg>`;
}

/** A film's motif across a wide field, for its own page: the same seed as its cover, without any text. */
export interface TitleScene {
  readonly svg: string;
  readonly palette: Palette;
  /** The title's. */
  readonly face: Face;
}

/** @param width of the field in the motif's units, of which a cover is 200 wide. */
export function titleScene(film: CoverFilm, width: number, height: number): TitleScene {
  const own = plan(film);
  const svg =
    `<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="xMidYMid slice" aria-hidden="true" focusable="false">` +
    `${drawMotif(own, width, height)}</svg>`;
  return { svg, palette: own.palette, face: own.style.face };
}
