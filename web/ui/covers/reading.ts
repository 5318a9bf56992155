// What a title's words are, before any thought of a sheet.
import { readTitle } from '../../../shared/readTitle.ts';

// Without the German die: Die Hard.
const ARTICLES = /^(the|a|an|der|das|ein|eine|le|la|les|el|los|las|il)\s+(?=\S)/i;
const RTL = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;
const CJK = /[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]/;
const WITHOUT_SPACES = /[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]/;
const CLOSING = /^[、。・ー!?！？]+$/;
// After a colon, a dash or ", or:"
const SUBTITLE = /^(.{2,}?)(?::\s+|\s+[–—-]\s+|,?\s+(?=or:\s))(.{3,})$/;

const SMALL_WORDS = new Set(
  'the a an of and & in on at to for with from by or und von vom der das ein eine le la les de du des et el los las del il'.split(
    ' ',
  ),
);

export interface Words {
  /** What is set large. */
  readonly head: string;
  /** What follows as a subtitle, or "". */
  readonly tail: string;
}

export function readWords(rawTitle: string): Words {
  const { title } = readTitle(rawTitle);
  const parts = SUBTITLE.exec(title);
  return parts ? { head: parts[1], tail: parts[2] } : { head: title, tail: '' };
}

export const withoutArticle = (head: string): string => head.replace(ARTICLES, '');
export const isRightToLeft = (text: string): boolean => RTL.test(text);
export const isCjk = (text: string): boolean => CJK.test(text);
export const isSmallWord = (word: string): boolean => SMALL_WORDS.has(word.toLowerCase());

export interface Word {
  readonly text: string;
  /** What stands between this word and the one before it on the same line. */
  readonly space: '' | ' ';
}

/** Splits at spaces; where a script has none, where its readers see words. */
export function splitWords(text: string): Word[] {
  if (!WITHOUT_SPACES.test(text)) {
    return text
      .split(/\s+/)
      .filter(Boolean)
      .map((word) => ({ text: word, space: ' ' }));
  }
  const words: Word[] = [];
  let space: Word['space'] = '';
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'word' }).segment(text)) {
    const before = words.at(-1);
    if (segment.trim() === '') space = ' ';
    else if (before && space === '' && CLOSING.test(segment)) {
      words[words.length - 1] = { text: before.text + segment, space: before.space };
    } else {
      words.push({ text: segment, space });
      space = '';
    }
  }
  return words;
}

/** The words as one text again. */
export const joinWords = (words: readonly { text: string; space: string }[]): string =>
  words.map(({ text, space }, i) => (i > 0 ? space : '') + text).join('');
