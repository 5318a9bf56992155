import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contrast } from '../../../web/ui/covers/colour.ts';
import { coverSvg, layoutCover } from '../../../web/ui/covers/cover.ts';
import type { CoverForm } from '../../../web/ui/covers/cover.ts';
import { CONDENSED, GROTESK } from '../../../web/ui/covers/faces.ts';
import { GENRES, NO_GENRE } from '../../../web/ui/covers/genres.ts';
import { hyphenate } from '../../../web/ui/covers/hyphens.ts';
import { drawLayout } from '../../../web/ui/covers/layout.ts';
import type { CoverLayout, PlacedText } from '../../../web/ui/covers/layout.ts';
import type { CoverFilm } from '../../../web/ui/covers/plan.ts';
import { readWords, splitWords } from '../../../web/ui/covers/reading.ts';
import { canvasMeasure, tableMeasure, tableWidth } from '../../../web/ui/covers/widths.ts';
import type { Measure } from '../../../web/ui/covers/widths.ts';
import { needs, realData, requireData } from '../../support/tools.ts';

/** Tens of thousands of covers, on a machine that may have other things to do. */
const SLOW = 180_000;

const FORMS: readonly CoverForm[] = ['l', 'm', 's', 'xs'];
const film = (title: string, genres: readonly string[] = ['Drama'], year: number | null = 1979): CoverFilm => ({ title, genres, year });

const FILMS: readonly CoverFilm[] = [
  film('Alien', ['Horror', 'Sci-Fi']),
  film('Matrix, The', ['Action', 'Sci-Fi', 'Thriller'], 1999),
  film('M', ['Crime', 'Film-Noir', 'Thriller'], 1931),
  film('Assassination of Jesse James by the Coward Robert Ford, The', ['Crime', 'Drama', 'Western'], 2007),
  film('Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb', ['Comedy', 'War'], 1964),
  film('I Know What You Did Last Summer', ['Horror', 'Mystery', 'Thriller'], 1997),
  film('Feuerzangenbowle, Die', ['Comedy'], 1944),
  film('七人の侍', ['Action', 'Adventure', 'Drama'], 1954),
  film('千と千尋の神隠し', ['Animation'], 2001),
  film('Иди и смотри', ['War'], 1985),
  film('기생충', ['Comedy', 'Drama', 'Thriller'], 2019),
  film('کلوزآپ نمای نزدیک', ['Documentary'], 1990),
  film('ואלס עם באשיר', ['Animation', 'War'], 2008),
  film('পথের পাঁচালী', ['Drama'], 1955),
  film('Supercalifragilisticexpialidocious', ['Musical'], 1964),
  film('Untitled', [], null),
  film('', [], null),
];

/** From left to right, in the sheet's units. */
function extent({ text, x, size, face, anchor, direction, vertical, tracking }: PlacedText, measure: Measure): [number, number] {
  if (vertical) return [x - size / 2, x + size / 2];
  const width = (measure(text, face, 400) + (tracking - face.tracking) * [...text].length) * size;
  return (anchor === 'end') === (direction === 'rtl') ? [x, x + width] : [x - width, x];
}

/** From the top of its capitals to the end of its descenders, where it has any. */
function height({ text, y, size, vertical }: PlacedText): [number, number] {
  if (vertical) return [y, y + size * [...text].length];
  return [y - 0.73 * size, y + (/^[A-PR-Z0-9.'’!: -]+$/.test(text) ? 0.02 : 0.24) * size];
}

/** Everything that is wrong with a cover's texts. */
function faults(layout: CoverLayout, measure: Measure = tableWidth): string[] {
  const out: string[] = [];
  for (const text of layout.texts) {
    const [left, right] = extent(text, measure);
    const [top, bottom] = height(text);
    if (left < 0 || right > layout.width) out.push(`"${text.text}" goes from ${left} to ${right} of ${layout.width}`);
    if (top < 0 || bottom > layout.height) out.push(`"${text.text}" goes from ${top} down to ${bottom} of ${layout.height}`);
    const { field } = layout;
    const beside = right <= field.x || left >= field.x + field.width;
    if (!text.vertical && text.face === GROTESK && /^\d{4}$/.test(text.text)) continue; // the year may stand below a column's motif
    if (!beside && top < field.y + field.height && bottom > field.y) out.push(`"${text.text}" stands on the motif`);
  }
  return out;
}

/** The start of what keeps a text from being well formed XML, or null. */
function malformed(svg: string): string | null {
  const open: string[] = [];
  const token = /<(\/?)([a-z]+)((?: [a-z-]+="[^"<&]*(?:&#\d+;[^"<&]*)*")*)(\/?)>|((?:[^<&]|&#\d+;)+)/giy;
  let at = 0;
  while (at < svg.length) {
    token.lastIndex = at;
    const found = token.exec(svg);
    if (!found) return svg.slice(at, at + 60);
    at = token.lastIndex;
    const [, closes, name, , empty] = found;
    if (!name || empty) continue;
    if (!closes) open.push(name);
    else if (open.pop() !== name) return `</${name}> closes nothing`;
  }
  return open.length > 0 ? `<${open.at(-1)}> stays open` : null;
}

function check(films: readonly CoverFilm[]): string[] {
  const out: string[] = [];
  for (const form of FORMS) {
    for (const one of films) {
      const layout = layoutCover(one, form);
      const svg = drawLayout(layout);
      const wrong = [...faults(layout), malformed(svg)].filter((fault) => fault !== null);
      if (contrast(layout.palette.ink, layout.palette.ground) < 4.5) wrong.push('is hard to read');
      if (/ style=|<style|<script| on\w+=/i.test(svg)) wrong.push('holds what a strict policy forbids');
      if (wrong.length > 0) out.push(`${one.title} (${form}): ${wrong.join('; ')}`);
    }
  }
  return out;
}

test('every text stays on its sheet and off the motif; every SVG is well formed', () => {
  expect(check(FILMS)).toEqual([]);
});

test('whatever the title', () => {
  const titles = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.array(fc.constantFrom('the', 'of', 'War', 'Extraordinarily', '—', 'or:', 'WWWW', '(', ')', ',', 'A', '侍', 'نمای', '</text>'), { maxLength: 30 }).map((words) => words.join(' ')),
  );
  const genre = fc.constantFrom(...Object.keys(GENRES), 'Unheard-of');
  fc.assert(
    fc.property(titles, fc.array(genre, { maxLength: 3 }), (title, genres) => {
      expect(check([film(title, genres)])).toEqual([]);
    }),
    { numRuns: 300 },
  );
}, SLOW);

const movies = realData('ml-latest-small');
const real = needs('the ml-latest-small ratings', movies, requireData);
describe.skipIf(real.skip)(`all titles of ml-latest-small${real.label}`, () => {
  test('stay on their sheets and off the motif, in every form', () => {
    const films = readMovies(join(movies!, 'movies.csv'));
    expect(films.length).toBeGreaterThan(9000);
    expect(check(films)).toEqual([]);
  }, SLOW);

  test('small covers have letters of 10, or capitals of 9, at least', () => {
    const small = readMovies(join(movies!, 'movies.csv')).flatMap((one) =>
      layoutCover(one, 's', tableWidth).texts.filter(({ size, face }) => size < (face === CONDENSED ? 9 : 10) - 0.01),
    );
    expect(small).toEqual([]);
  }, SLOW);
});

/** The `movieId,title,genres` of MovieLens; the year stands at the end of the title. */
function readMovies(file: string): CoverFilm[] {
  const films: CoverFilm[] = [];
  for (const line of readFileSync(file, 'utf8').split(/\r?\n/).slice(1)) {
    const row = /^\d+,(?:"((?:[^"]|"")*)"|([^,]*)),(.*)$/.exec(line);
    if (!row) continue;
    const whole = (row[1]?.replaceAll('""', '"') ?? row[2]).trim();
    const year = /\s*\((\d{4})\)$/.exec(whole);
    films.push({ title: year ? whole.slice(0, year.index) : whole, year: year ? Number(year[1]) : null, genres: row[3].split('|') });
  }
  return films;
}

test('every palette can be read', () => {
  for (const { palettes } of [...Object.values(GENRES), NO_GENRE]) {
    for (const { ink, ground } of palettes) expect(contrast(ink, ground)).toBeGreaterThanOrEqual(4.5);
  }
});

test('the same film has the same cover, however its title is written', () => {
  for (const form of FORMS) {
    const genres = ['Sci-Fi', 'Action'];
    expect(coverSvg(film('Matrix, The', genres), form)).toBe(coverSvg(film('The Matrix', genres), form));
    expect(coverSvg(film('Seven (a.k.a. Se7en)', genres), form)).toBe(coverSvg(film('Seven', genres), form));
  }
  expect(coverSvg(film('Solaris', ['Drama'], 1972), 's')).not.toBe(coverSvg(film('Solaris', ['Drama'], 2002), 's'));
});

test('markup in a title is text', () => {
  for (const form of FORMS) {
    const svg = coverSvg(film('<script>alert("1")</script> & <b onload=\'x\'>'), form);
    expect(svg).not.toMatch(/<script|<b |<\/script/);
    expect(malformed(svg)).toBeNull();
  }
  expect(coverSvg(film('<b>'), 'l')).toContain('&#60;b&#62;');
});

test('where the faces are wider than the table, the type gets smaller and the breaks stay', () => {
  const wide: Measure = (text, face) => tableWidth(text, face) * 1.4;
  for (const form of FORMS) {
    for (const one of FILMS) {
      const layout = layoutCover(one, form, wide);
      expect(faults(layout, wide)).toEqual([]);
      expect(layout.texts.map(({ text }) => text)).toEqual(layoutCover(one, form, tableMeasure).texts.map(({ text }) => text));
    }
  }
});

test('a canvas is asked once for each text', () => {
  const asked: string[] = [];
  const measure = canvasMeasure({
    font: '',
    measureText(text: string) {
      asked.push(`${this.font.slice(0, 9)} ${text}`);
      return { width: 250 } as TextMetrics;
    },
  });
  expect(measure('Up', GROTESK, 700)).toBeCloseTo(2.5 + 2 * GROTESK.tracking);
  measure('Up', GROTESK, 700);
  expect(asked).toEqual(['700 100px Up']);
});

describe('reading', () => {
  test.each([
    ['Star Wars: Episode IV - A New Hope', 'Star Wars', 'Episode IV - A New Hope'],
    ['Dr. Strangelove or: How I Learned', 'Dr. Strangelove', 'or: How I Learned'],
    ['Léon – Der Profi', 'Léon', 'Der Profi'],
    ['Face/Off', 'Face/Off', ''],
    ['Matrix, The', 'The Matrix', ''],
  ])('%s', (title, head, tail) => {
    expect(readWords(title)).toEqual({ head, tail });
  });

  test('words, also where a script has no spaces', () => {
    expect(splitWords('Up and  Down').map(({ text }) => text)).toEqual(['Up', 'and', 'Down']);
    expect(splitWords('千と千尋の神隠し').length).toBeGreaterThan(2);
    expect(splitWords('風立ちぬ!').at(-1)?.text).toMatch(/!$/);
    expect(splitWords('君の名は Your Name').slice(-2)).toEqual([
      { text: 'Your', space: ' ' },
      { text: 'Name', space: ' ' },
    ]);
  });

  test.each([
    ['Ghostbusters', 'Ghost- busters'],
    ['Transformers', 'Trans- formers'],
    ['Mockingbirds', 'Mocking- birds'],
    ['Nightcrawler', 'Night- crawler'],
    ['Peacekeeper', 'Peace- keeper'],
    ['Seven-Per-Cent', 'Seven- Per-Cent'],
    ['Up', 'Up'],
  ])('%s is broken where it is spoken in two', (word, broken) => {
    expect(hyphenate(word, GROTESK, 54, 10)).toBe(broken);
  });
});
