import type { Face } from './faces.ts';
import { tableWidth } from './widths.ts';

const VOWEL = /[aeiouyäöüàáâãåæèéêëìíîïòóôõøœùúûýÿаеёиоуыэюя]/i;
const LETTER = /\p{L}/u;
// Two consonants that begin a syllable together.
const ONSET = /^(?:[bcfgpk][lr]|[dt]r|[cgpst]h|s[cklmnptw]|qu|wr)$/i;
const SHORTEST_WORD = 7;
const SHORTEST_PART = 3;

/** How good a break before sign `at` is, lower is better; Infinity: none. No dictionary: before consonant + vowel. */
function fault(signs: readonly string[], at: number): number {
  const [twoBefore, before, here, after] = [signs[at - 2], signs[at - 1], signs[at], signs[at + 1] ?? ''];
  if (/[-/–]/.test(before)) return -4; // it is broken there already
  if (!LETTER.test(before) || !LETTER.test(here) || VOWEL.test(here)) return Infinity;
  if (ONSET.test(before + here) && LETTER.test(twoBefore)) return Infinity;
  return VOWEL.test(after) || (ONSET.test(here + after) && VOWEL.test(signs[at + 2] ?? '')) ? 0 : Infinity;
}

/** Into `count` parts of like length, or null where the word has no such places. */
function cut(signs: readonly string[], count: number): string[] | null {
  const parts: string[] = [];
  let start = 0;
  for (let part = 1; part < count; part++) {
    const ideal = start + (signs.length - start) / (count - part + 1);
    let best = -1;
    let bestFault = Infinity;
    for (let at = start + SHORTEST_PART; at <= signs.length - SHORTEST_PART; at++) {
      const own = fault(signs, at) + Math.abs(at - ideal);
      if (own < bestFault) [best, bestFault] = [at, own];
    }
    if (best < 0) return null;
    const text = signs.slice(start, best).join('');
    parts.push(/[-/–]$/.test(text) ? text : `${text}-`);
    start = best;
  }
  return [...parts, signs.slice(start).join('')];
}

/** Parts of equal length, wherever that cuts. */
function cutAnywhere(signs: readonly string[], count: number): string[] {
  const length = Math.ceil(signs.length / count);
  const parts: string[] = [];
  for (let i = 0; i < signs.length; i += length) parts.push(signs.slice(i, i + length).join(''));
  return parts.map((part, i) => (i < parts.length - 1 ? `${part}-` : part));
}

/** Breaks the words that are too long for a line of `width` at `size`. */
export function hyphenate(text: string, face: Face, width: number, size: number): string {
  const fits = (part: string) => tableWidth(face.capitals ? part.toUpperCase() : part, face) * size <= width;
  const hyphenateWord = (word: string): string => {
    const signs = [...word];
    if (fits(word) || signs.length < SHORTEST_WORD) return word;
    for (let count = 2; count <= 4; count++) {
      const parts = cut(signs, count);
      if (parts?.every(fits)) return parts.join(' ');
    }
    for (let count = 2; count < signs.length; count++) {
      const parts = cutAnywhere(signs, count);
      if (parts.every(fits)) return parts.join(' ');
    }
    return word;
  };
  return text.split(' ').map(hyphenateWord).join(' ');
}
