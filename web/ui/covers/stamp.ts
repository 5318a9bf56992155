import { placed } from './layout.ts';
import type { CoverLayout } from './layout.ts';
import { setLines } from './lines.ts';
import type { Room } from './lines.ts';
import { motifIn, plan } from './plan.ts';
import type { CoverFilm } from './plan.ts';
import { isCjk, isRightToLeft, readWords, splitWords, withoutArticle } from './reading.ts';
import { SMALL } from './small.ts';
import type { Measure } from './widths.ts';

/** A stamp: one short word where it can be read, else the motif alone. */
export function layoutStamp(film: CoverFilm, measure: Measure): CoverLayout {
  const own = plan(film);
  const { width, height, margin } = SMALL;
  const { face } = own.style;
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
  const field = { x: 0, y: own.high ? strip : 0, width, height: height - strip };
  const y = (own.high ? 3 : height - strip + 2) + (title?.height ?? 0) * 0.95;
  const texts = (title?.lines ?? []).map((line) => placed(line, face, rtl ? width - margin : margin, y, rtl));
  return { width, height, palette: own.palette, field, motif: motifIn(own, field), texts };
}
