// Breaks a title into lines and finds its largest size. Sizes and widths are in the sheet's own units.
import { GROTESK } from './faces.ts';
import type { Face } from './faces.ts';
import { isSmallWord, joinWords, splitWords } from './reading.ts';
import type { Word } from './reading.ts';
import { tableWidth } from './widths.ts';
import type { Measure } from './widths.ts';

export interface Line {
  readonly text: string;
  /** `small`: "of the" between two large lines. `tail`: of the subtitle. */
  readonly kind: 'large' | 'small' | 'tail';
  size: number;
  height: number;
}

export interface SetTitle {
  readonly lines: readonly Line[];
  /** What the large lines were set in, before the device's faces had their say. */
  readonly size: number;
  readonly height: number;
}

/** The place for a title, and how it may be filled. */
export interface Room {
  readonly width: number;
  readonly height: number;
  readonly max: number;
  readonly min: number;
  readonly maxLines: number;
  /** Every large line gets the full width. */
  readonly block: boolean;
  /** Small words stand on lines of their own, and small. */
  readonly smallWordsApart: boolean;
}

export const TAIL_WEIGHT = 500;
export const SMALL_WEIGHT = 600;
/** Between title and subtitle. */
export const TAIL_GAP = 6;
const SMALL_SIZE = 0.44;
const SMALL_LEAD = 1.12;
const TAIL_LEAD = 1.16;
const MAX_TAIL_LINES = 4;
const MAX_BLOCK_GROWTH = 1.75;

interface MeasuredWord {
  readonly text: string;
  readonly space: string;
  /** By the table, in ems. */
  readonly width: number;
  readonly spaceWidth: number;
}

interface Run {
  readonly small: boolean;
  readonly words: readonly MeasuredWord[];
}

const measured = ({ text, space }: Word, face: Face): MeasuredWord => ({
  text,
  space,
  width: tableWidth(text, face),
  spaceWidth: tableWidth(space, face),
});

/** Fills line after line. @param limit in ems. @returns where each line begins */
function fill(words: readonly MeasuredWord[], limit: number): number[] {
  const starts: number[] = [];
  let width = 0;
  words.forEach((word, i) => {
    const longer = width + word.spaceWidth + word.width;
    if (i > 0 && longer <= limit) width = longer;
    else {
      starts.push(i);
      width = word.width;
    }
  });
  return starts;
}

/** Fills, then narrows as long as no line is added, so that the lines balance. */
function wrap(words: readonly MeasuredWord[], limit: number): string[] {
  let starts = fill(words, limit);
  const count = starts.length;
  for (let narrow = 0.96; narrow > 0.4; narrow -= 0.04) {
    const tighter = fill(words, limit * narrow);
    if (tighter.length !== count) break;
    starts = tighter;
  }
  return starts.map((start, line) => joinWords(words.slice(start, starts[line + 1])));
}

/** Large and small words as they follow each other, each kind in a run of its own. */
function apart(words: readonly Word[], face: Face): Run[] {
  const runs: { small: boolean; words: MeasuredWord[] }[] = [];
  words.forEach((word, i) => {
    const small = isSmallWord(word.text) && i < words.length - 1;
    const own = measured(small ? { ...word, text: word.text.toLowerCase() } : inCase(word, face), face);
    const last = runs.at(-1);
    if (last?.small === small) last.words.push(own);
    else runs.push({ small, words: [own] });
  });
  return runs;
}

/** One run; a small word keeps to the word after it. */
function together(words: readonly Word[], face: Face): Run[] {
  const glued: Word[] = [];
  let held = '';
  words.forEach((word, i) => {
    if (isSmallWord(word.text) && i < words.length - 1 && words.length > 2) held += word.text + ' ';
    else {
      glued.push({ ...word, text: held + word.text });
      held = '';
    }
  });
  return [{ small: false, words: glued.map((word) => measured(inCase(word, face), face)) }];
}

const inCase = (word: Word, face: Face): Word =>
  face.capitals ? { ...word, text: word.text.toUpperCase() } : word;

const sum = (lines: readonly Line[]): number => lines.reduce((height, line) => height + line.height, 0);
const leadOf = (line: Line, face: Face): number =>
  line.size * (line.kind === 'small' ? SMALL_LEAD : line.kind === 'tail' ? TAIL_LEAD : face.lead);

/** The lines at one size, or null where that is too wide. */
function linesAt(runs: readonly Run[], size: number, face: Face, room: Room): Line[] | null {
  const lines: Line[] = [];
  for (const { small, words } of runs) {
    for (const text of small ? [joinWords(words)] : wrap(words, room.width / size)) {
      const width = tableWidth(text, face);
      const line: Line = { text, kind: small ? 'small' : 'large', size, height: 0 };
      if (small) line.size = Math.max(size * SMALL_SIZE, Math.min(12, size));
      else if (room.block) line.size = size * Math.min(MAX_BLOCK_GROWTH, room.width / (width * size));
      if (width * line.size > room.width * 1.001) return null;
      if (!small && line.size < room.min) return null;
      line.height = leadOf(line, face);
      lines.push(line);
    }
    if (lines.length > room.maxLines) return null;
  }
  return lines;
}

function tailLines(tail: string, headSize: number, room: Room): Line[] {
  if (tail === '') return [];
  const size = Math.max(12, Math.min(17, headSize * 0.4));
  const words = splitWords(tail).map((word) => measured(word, GROTESK));
  const texts = wrap(words, room.width / size);
  if (texts.length > MAX_TAIL_LINES) {
    texts.length = MAX_TAIL_LINES;
    texts[MAX_TAIL_LINES - 1] = texts[MAX_TAIL_LINES - 1].replace(/\s*\S*$/, '') + ' …';
  }
  return texts.map((text) => ({ text, kind: 'tail', size, height: size * TAIL_LEAD }));
}

/** The table has chosen the breaks; the faces that are really there have the last word on sizes. */
function suitDevice(lines: readonly Line[], size: number, face: Face, room: Room, measure: Measure): void {
  const weightOf = (line: Line) =>
    line.kind === 'tail' ? TAIL_WEIGHT : line.kind === 'small' ? SMALL_WEIGHT : face.weight;
  const roomFor = (line: Line) =>
    room.width / (measure(line.text, line.kind === 'tail' ? GROTESK : face, weightOf(line)) * line.size);
  const large = lines.filter(({ kind }) => kind === 'large');
  if (room.block) {
    for (const line of large) {
      const factor = roomFor(line);
      if (factor < 1) line.size *= factor;
      else if (factor > 1.015 && line.size < size * (MAX_BLOCK_GROWTH - 0.01)) line.size *= Math.min(1.06, factor);
    }
  } else {
    // All together: they are one text.
    const factor = Math.min(1, ...large.map(roomFor));
    for (const line of lines) if (line.kind !== 'tail') line.size *= factor;
  }
  for (const line of lines) {
    if (line.kind !== 'large') line.size *= Math.min(1, roomFor(line));
    line.height = leadOf(line, face);
  }
}

/** Sets a title as large as the room allows; null where it does not fit even at the smallest size. */
export function setLines(head: string, tail: string, face: Face, room: Room, measure: Measure): SetTitle | null {
  const words = splitWords(head);
  if (words.length === 0) return null;
  const runs = room.smallWordsApart ? apart(words, face) : together(words, face);
  const longest = Math.max(...runs.flatMap((run) => (run.small ? [] : run.words.map(({ width }) => width))));
  // Above this size the longest word alone is too wide. A block shrinks its own lines.
  const top = room.block ? room.max : Math.min(room.max, Math.floor((room.width * 1.001) / longest));
  for (let size = top; size >= room.min; size--) {
    const large = linesAt(runs, size, face, room);
    if (!large) continue;
    const subtitle = tailLines(tail, size, room);
    const gap = subtitle.length > 0 ? TAIL_GAP : 0;
    const lines = [...large, ...subtitle];
    if (sum(lines) + gap > room.height) continue;
    suitDevice(lines, size, face, room, measure);
    return { lines, size, height: sum(lines) + gap };
  }
  return null;
}
