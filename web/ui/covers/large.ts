// The sheet of posters: title, subtitle and year beside the motif.
import { attributes } from './draw.ts';
import { GROTESK, SERIF } from './faces.ts';
import { hyphenate } from './hyphens.ts';
import { initial, placed } from './layout.ts';
import type { CoverLayout, PlacedText, Sheet } from './layout.ts';
import { setLines, TAIL_GAP } from './lines.ts';
import type { Room, SetTitle } from './lines.ts';
import { drawMotif, motifIn, plan } from './plan.ts';
import type { CoverFilm, Plan } from './plan.ts';
import { isCjk, isRightToLeft, joinWords, readWords, splitWords } from './reading.ts';
import type { Measure } from './widths.ts';

const LARGE: Sheet = { width: 200, height: 300, margin: 14 };
const YEAR_SIZE = 12;
/** Below the baseline, in ems. */
const DESCENT = 0.25;

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

function layoutLines(film: CoverFilm, own: Plan, withYear: boolean, measure: Measure): CoverLayout {
  const { width, height, margin } = LARGE;
  const { face } = own.style;
  const rtl = isRightToLeft(film.title);
  const title = setLarge(film, own, measure);
  const titleHeight = title?.height ?? 0;
  const foot = 16; // the year's
  const texts: PlacedText[] = [];
  let y = own.high ? margin + foot : height - margin - foot - titleHeight;
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
  const top = own.high ? Math.max(titleHeight + foot + 34, hanging) : 0;
  const field = { x: 0, y: top, width, height: (own.high ? height : height - titleHeight - foot - 34) - top };

  if (withYear && film.year !== null) {
    const yearY = own.high ? margin + 8 : height - margin;
    texts.push(placedYear(film.year, rtl ? width - margin : margin, yearY, rtl ? 'end' : 'start'));
  }
  return { width, height, palette: own.palette, field, motif: motifIn(own, field), texts };
}

/** Up to eight Chinese or Japanese signs stand in a column, as on the posters of their countries. */
function layoutColumn(film: CoverFilm, own: Plan, withYear: boolean): CoverLayout {
  const { width, height, margin } = LARGE;
  const { head } = readWords(film.title);
  const size = Math.min(64, 262 / [...head].length);
  const column = size * 1.16 + margin;
  const left = own.seed % 2 === 0;
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
    palette: own.palette,
    field: { ...field, height: height * 0.86 },
    motif: `<svg${box}>${drawMotif(own, field.width, height * 0.86)}</svg>`,
    texts:
      withYear && film.year !== null
        ? [...texts, placedYear(film.year, left ? width - margin : margin, height - margin, left ? 'end' : 'start')]
        : texts,
  };
}

/** A poster. @param withYear small ones have no room for it. */
export function layoutLarge(film: CoverFilm, withYear: boolean, measure: Measure): CoverLayout {
  const own = plan(film);
  const { head } = readWords(film.title);
  const column = isCjk(head) && [...head].length <= 8;
  return column ? layoutColumn(film, own, withYear) : layoutLines(film, own, withYear, measure);
}
