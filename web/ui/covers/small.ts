// The sheet that a few words fit on.
import { hyphenate } from './hyphens.ts';
import { initial, placed } from './layout.ts';
import type { CoverLayout, PlacedText, Sheet } from './layout.ts';
import { setLines } from './lines.ts';
import type { Room, SetTitle } from './lines.ts';
import { motifIn, plan } from './plan.ts';
import type { CoverFilm, Plan } from './plan.ts';
import { isCjk, isRightToLeft, isSmallWord, joinWords, readWords, splitWords, withoutArticle } from './reading.ts';
import type { Measure } from './widths.ts';

export const SMALL: Sheet = { width: 64, height: 96, margin: 5 };

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

/** The head alone. */
export function layoutSmall(film: CoverFilm, measure: Measure): CoverLayout {
  const own = plan(film);
  const { width, height, margin } = SMALL;
  const rtl = isRightToLeft(film.title);
  const title = setSmall(withoutArticle(readWords(film.title).head), own, measure);
  const titleHeight = title?.height ?? -12;
  const fieldHeight = height - titleHeight - 12;
  const field = { x: 0, y: own.high ? height - fieldHeight : 0, width, height: fieldHeight };
  const texts: PlacedText[] = [];
  let y = own.high ? margin : height - 6 - titleHeight;
  for (const line of title?.lines ?? []) {
    y += line.height;
    texts.push(placed(line, own.style.face, rtl ? width - margin : margin, y - line.size * 0.12, rtl));
  }
  return { width, height, palette: own.palette, field, motif: motifIn(own, field), texts };
}
