import { contrast } from './colour.ts';
import { attributes, escape, n, rect } from './draw.ts';
import { GROTESK, SERIF } from './faces.ts';
import type { Face } from './faces.ts';
import { GENRES, knownGenres, NO_GENRE } from './genres.ts';
import type { GenreStyle, Palette } from './genres.ts';
import { hyphenate } from './hyphens.ts';
import { setLines, SMALL_WEIGHT, TAIL_GAP, TAIL_WEIGHT } from './lines.ts';
import type { Line, Room, SetTitle } from './lines.ts';
import { MOTIFS, NO_GENRE_MOTIFS } from './motifs.ts';
import type { Motif } from './motifs.ts';
import { isCjk, isRightToLeft, isSmallWord, joinWords, readWords, splitWords, withoutArticle } from './reading.ts';
import { hash, seeded } from './seed.ts';
import { readTitle } from '../../../shared/readTitle.ts';
import { tableMeasure } from './widths.ts';
import type { Measure } from './widths.ts';

/** What a cover is made from. Titles come as catalogues write them: "Matrix, The". */
export interface CoverFilm {
  readonly title: string;
  readonly year: number | null;
  readonly genres: readonly string[];
}

/** By the width it is shown at: `l` from 161 px, `m` to 160 (no year), `s` to 96 (the head alone), `xs` to 48. */
export type CoverForm = 'l' | 'm' | 's' | 'xs';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedText {
  readonly text: string;
  /** Where the line starts in its direction, or ends with `anchor: 'end'`. */
  readonly x: number;
  /** The baseline; of vertical text the top. */
  readonly y: number;
  readonly size: number;
  readonly face: Face;
  readonly weight: number;
  /** In ems. */
  readonly tracking: number;
  readonly anchor: 'start' | 'end';
  readonly direction: 'ltr' | 'rtl';
  readonly vertical: boolean;
}

/** A cover before it becomes SVG. */
export interface CoverLayout {
  readonly width: number;
  readonly height: number;
  readonly palette: Palette;
  /** The motif's field. No text enters it. */
  readonly field: Box;
  readonly motif: string;
  readonly texts: readonly PlacedText[];
}

interface Plan {
  readonly style: GenreStyle;
  readonly seed: number;
  readonly palette: Palette;
  readonly motif: Motif;
  /** The title stands above the motif. */
  readonly high: boolean;
}

interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly margin: number;
}

const LARGE: Sheet = { width: 200, height: 300, margin: 14 };
const SMALL: Sheet = { width: 64, height: 96, margin: 5 };
/** Motifs are drawn in fields of this width and scaled from there. */
const FIELD_WIDTH = LARGE.width;
const YEAR_SIZE = 12;
/** Below the baseline, in ems. */
const DESCENT = 0.25;

/** Everything that the seed decides. The same film gets the same, in whatever form its catalogue writes the title. */
function plan(film: CoverFilm): Plan {
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

const drawMotif = ({ motif, seed, palette }: Plan, width: number, height: number): string =>
  motif(seeded(seed ^ 0x9e3779b9), width, height, palette);

/** The motif in `field`, drawn as wide as on the large sheet. */
function motifIn(plan: Plan, field: Box): string {
  const height = (field.height * FIELD_WIDTH) / field.width;
  const box = attributes({ x: field.x, y: field.y, width: field.width, height: field.height });
  return `<svg${box} viewBox="0 0 ${FIELD_WIDTH} ${n(height)}">${drawMotif(plan, FIELD_WIDTH, height)}</svg>`;
}

function placed(line: Line, face: Face, x: number, y: number, rtl: boolean): PlacedText {
  const own = line.kind === 'tail' ? GROTESK : face;
  const weight = line.kind === 'tail' ? TAIL_WEIGHT : line.kind === 'small' ? SMALL_WEIGHT : face.weight;
  return {
    text: line.text,
    x,
    y,
    size: line.size,
    face: own,
    weight,
    tracking: line.kind === 'tail' ? 0 : own.tracking,
    anchor: 'start',
    direction: rtl ? 'rtl' : 'ltr',
    vertical: false,
  };
}

const placedYear = (year: number, x: number, y: number, anchor: 'start' | 'end'): PlacedText => ({
  text: String(year),
  x,
  y,
  size: YEAR_SIZE,
  face: GROTESK,
  weight: 500,
  tracking: 0.05,
  anchor,
  direction: 'ltr',
  vertical: false,
});

/** One sign for a title that cannot be set. */
const initial = (text: string, size: number): SetTitle => {
  const [sign] = text;
  const line: Line = { text: sign.toUpperCase(), kind: 'large', size, height: size * 0.86 };
  return { lines: [line], size, height: size * 0.82 };
};

/** The large sheet's title: small words apart, unless the title would lose 12 % of its size. */
function setLarge(film: CoverFilm, { style }: Plan, measure: Measure): SetTitle | null {
  const { head, tail } = readWords(film.title);
  if (head === '') return null;
  const { face } = style;
  const room: Room = {
    width: LARGE.width - 2 * LARGE.margin,
    height: 158,
    max: [...head].length <= 4 ? 118 : 62,
    min: 15,
    maxLines: 7,
    block: style.block ?? false,
    smallWordsApart: true,
  };
  const apart = setLines(head, tail, face, room, measure);
  const together = setLines(head, tail, face, { ...room, smallWordsApart: false }, measure);
  if (apart && (!together || apart.size >= together.size * 0.88)) return apart;
  if (together) return together;

  const tight: Room = { ...room, height: 205, min: 9, maxLines: 9, smallWordsApart: false };
  const fit = (text: string, subtitle: string) =>
    setLines(hyphenate(text, face, room.width, 22), subtitle, face, tight, measure);
  const whole = fit(head, tail) ?? fit(head, '');
  if (whole) return whole;
  const words = splitWords(head);
  for (let count = words.length - 1; count > 0; count--) {
    const cut = fit(`${joinWords(words.slice(0, count))} …`, '');
    if (cut) return cut;
  }
  return initial(head, 118);
}

function layoutLarge(film: CoverFilm, plan: Plan, withYear: boolean, measure: Measure): CoverLayout {
  const { width, height, margin } = LARGE;
  const { face } = plan.style;
  const rtl = isRightToLeft(film.title);
  const title = setLarge(film, plan, measure);
  const titleHeight = title?.height ?? 0;
  const foot = 16; // the year's
  const texts: PlacedText[] = [];
  let y = plan.high ? margin + foot : height - margin - foot - titleHeight;
  let gap = TAIL_GAP;
  for (const line of title?.lines ?? []) {
    if (line.kind === 'tail') {
      y += gap;
      gap = 0;
    }
    y += line.height;
    const below = line.kind === 'small' ? 0.26 : line.kind === 'tail' ? 0.2 : face.capitals ? 0.08 : 0.16;
    texts.push(placed(line, face, rtl ? width - margin : margin, y - line.size * below, rtl));
  }
  // Descenders hang deep below a title of two or three signs.
  const hanging = Math.max(0, ...texts.map((text) => text.y + text.size * DESCENT));
  const top = plan.high ? Math.max(titleHeight + foot + 34, hanging) : 0;
  const field = { x: 0, y: top, width, height: (plan.high ? height : height - titleHeight - foot - 34) - top };

  if (withYear && film.year !== null) {
    const yearY = plan.high ? margin + 8 : height - margin;
    texts.push(placedYear(film.year, rtl ? width - margin : margin, yearY, rtl ? 'end' : 'start'));
  }
  return { width, height, palette: plan.palette, field, motif: motifIn(plan, field), texts };
}

/** Up to eight Chinese or Japanese signs stand in a column, as on the posters of their countries. */
function layoutColumn(film: CoverFilm, plan: Plan, withYear: boolean): CoverLayout {
  const { width, height, margin } = LARGE;
  const { head } = readWords(film.title);
  const size = Math.min(64, 262 / [...head].length);
  const column = size * 1.16 + margin;
  const left = plan.seed % 2 === 0;
  const centre = margin + size / 2 + 2;
  const field = { x: left ? column : 0, y: 0, width: width - column, height };
  const box = attributes({ x: field.x, y: 0, width: field.width, height });
  const texts: PlacedText[] = [
    {
      text: head,
      x: left ? centre : width - centre,
      y: margin + 2,
      size,
      face: SERIF,
      weight: 700,
      tracking: 0,
      anchor: 'start',
      direction: 'ltr',
      vertical: true,
    },
  ];
  return {
    width,
    height,
    palette: plan.palette,
    field: { ...field, height: height * 0.86 },
    motif: `<svg${box}>${drawMotif(plan, field.width, height * 0.86)}</svg>`,
    texts:
      withYear && film.year !== null
        ? [...texts, placedYear(film.year, left ? width - margin : margin, height - margin, left ? 'end' : 'start')]
        : texts,
  };
}

/** The small sheet's title; what is too long ends before a small word, else after its first telling word. */
function setSmall(text: string, { style }: Plan, measure: Measure): SetTitle | null {
  if (text === '') return null;
  const width = SMALL.width - 2 * SMALL.margin;
  const { face } = style;
  const signs = [...text];
  if (isCjk(text) && signs.length <= 4) {
    const size = Math.min(20, width / signs.length, width / measure(text, face, face.weight));
    return { lines: [{ text, kind: 'large', size, height: size }], size, height: size };
  }
  // Capitals of 9 are taller than small letters of 10.
  const min = face.capitals ? 9 : 10;
  const fit = (part: string, height: number) => {
    const room: Room = {
      width,
      height,
      max: face.capitals ? 25 : 21,
      min,
      maxLines: face.capitals ? 4 : 3,
      block: style.block ?? false,
      smallWordsApart: false,
    };
    return (
      setLines(part, '', face, room, measure) ??
      setLines(hyphenate(part, face, width, min), '', face, room, measure)
    );
  };
  const whole = fit(text, 46);
  if (whole) return whole;
  const words = splitWords(text);
  const fitWords = (count: number, height: number) => fit(joinWords(words.slice(0, count)), height);
  for (let count = words.length - 1; count > 0; count--) {
    const clean = isSmallWord(words[count].text) && !isSmallWord(words[count - 1].text);
    const cut = clean ? fitWords(count, 42) : null;
    if (cut) return cut;
  }
  const telling = words.findIndex((word) => [...word.text].length > 2) + 1;
  const start = telling > 0 && telling < words.length ? fitWords(telling, 42) : null;
  if (start) return start;
  return initial(text, 46);
}

function layoutSmall(film: CoverFilm, plan: Plan, measure: Measure): CoverLayout {
  const { width, height, margin } = SMALL;
  const rtl = isRightToLeft(film.title);
  const title = setSmall(withoutArticle(readWords(film.title).head), plan, measure);
  const titleHeight = title?.height ?? -12;
  const fieldHeight = height - titleHeight - 12;
  const field = { x: 0, y: plan.high ? height - fieldHeight : 0, width, height: fieldHeight };
  const texts: PlacedText[] = [];
  let y = plan.high ? margin : height - 6 - titleHeight;
  for (const line of title?.lines ?? []) {
    y += line.height;
    texts.push(placed(line, plan.style.face, rtl ? width - margin : margin, y - line.size * 0.12, rtl));
  }
  return { width, height, palette: plan.palette, field, motif: motifIn(plan, field), texts };
}

/** A stamp: one short word where it can be read, else the motif alone. */
function layoutStamp(film: CoverFilm, plan: Plan, measure: Measure): CoverLayout {
  const { width, height, margin } = SMALL;
  const { face } = plan.style;
  const rtl = isRightToLeft(film.title);
  const words = splitWords(withoutArticle(readWords(film.title).head));
  const room: Room = {
    width: width - 8,
    height: 30,
    max: face.capitals ? 26 : 22,
    min: 14,
    maxLines: 1,
    block: false,
    smallWordsApart: false,
  };
  const title =
    words.length === 1 && !isCjk(words[0].text) ? setLines(words[0].text, '', face, room, measure) : null;
  const strip = title ? title.height + 9 : 0;
  const field = { x: 0, y: plan.high ? strip : 0, width, height: height - strip };
  const y = (plan.high ? 3 : height - strip + 2) + (title?.height ?? 0) * 0.95;
  const texts = (title?.lines ?? []).map((line) => placed(line, face, rtl ? width - margin : margin, y, rtl));
  return { width, height, palette: plan.palette, field, motif: motifIn(plan, field), texts };
}

/** Where everything stands on a film's cover. The same for the same film, form and measure. */
export function layoutCover(film: CoverFilm, form: CoverForm, measure: Measure = tableMeasure): CoverLayout {
  const own = plan(film);
  switch (form) {
    case 'xs':
      return layoutStamp(film, own, measure);
    case 's':
      return layoutSmall(film, own, measure);
    case 'm':
    case 'l': {
      const { head } = readWords(film.title);
      const column = isCjk(head) && [...head].length <= 8;
      return column ? layoutColumn(film, own, form === 'l') : layoutLarge(film, own, form === 'l', measure);
    }
  }
}

function textSvg({ text, x, y, size, face, weight, tracking, anchor, direction, vertical }: PlacedText, fill: string) {
  const values = attributes({
    x,
    y,
    'font-family': face.stack,
    'font-weight': weight,
    'font-size': size,
    'letter-spacing': tracking === 0 ? undefined : tracking * size,
    'text-anchor': anchor === 'end' ? 'end' : undefined,
    'writing-mode': vertical ? 'vertical-rl' : undefined,
    direction,
    fill,
    'text-rendering': 'geometricPrecision',
  });
  return `<text${values}>${escape(text)}</text>`;
}

/** A layout as SVG: whole, escaped, and without any style attribute, so that a strict CSP lets it be. */
export function drawLayout({ width, height, palette, motif, texts }: CoverLayout): string {
  return (
    `<svg viewBox="0 0 ${width} ${height}" direction="ltr" aria-hidden="true" focusable="false">` +
    rect(0, 0, width, height, palette.ground) +
    motif +
    texts.map((text) => textSvg(text, palette.ink)).join('') +
    '</svg>'
  );
}

export const coverSvg = (film: CoverFilm, form: CoverForm, measure: Measure = tableMeasure): string =>
  drawLayout(layoutCover(film, form, measure));

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
