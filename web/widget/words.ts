import type { ErrorCode } from '../../shared/errors.ts';

type Failure = readonly [what: string, then: string];

export interface Words {
  readonly locale: string;
  readonly label: string;
  readonly forYou: string;
  readonly popular: string;
  like(title: string): string;
  films(count: number): string;
  readonly none: string;
  loading(percent: number): string;
  rateLabel(title: string): string;
  stars(stars: string): string;
  readonly unrated: string;
  readonly notSeen: string;
  readonly next: string;
  readonly startOver: string;
  readonly stays: string;
  readonly frame: string;
  under(time: string): string;
  news(count: number, first: string): string;
  readonly retry: string;
  readonly unreachable: Failure;
  readonly notFound: Failure;
  readonly broken: Failure;
  readonly newer: Failure;
  readonly memory: Failure;
  readonly other: string;
}

const en: Words = {
  locale: 'en',
  label: 'Film recommendations',
  forYou: 'You may like',
  popular: 'What everybody likes',
  like: (title) => `More like ${title}`,
  films: (count) => (count === 1 ? '1 film' : `${count} films`),
  none: 'No film fits.',
  loading: (percent) => `The films are coming: ${percent} %`,
  rateLabel: (title) => `Your rating of ${title}`,
  stars: (stars) => `${stars} of 5 stars`,
  unrated: 'not rated',
  notSeen: 'Not seen',
  next: 'Next film',
  startOver: 'Start over',
  stays: 'nothing leaves this page',
  frame: 'The whole rule is one film frame: 1/24 of a second',
  under: (time) => `under ${time}`,
  news: (count, first) => `${en.films(count)}. First: ${first}.`,
  retry: 'Try again',
  unreachable: ['The films did not arrive.', 'Look at the connection, then try again.'],
  notFound: ['There are no films at this address.', 'Whoever runs this page has to put them there.'],
  broken: ['The films did not pass the check.', 'Get them again.'],
  newer: ['These films are of another release than this page.', 'Reload the page to get the newest.'],
  memory: ['This device is short of memory.', 'Close other pages, then try again.'],
  other: 'Something went wrong here.',
};

const de: Words = {
  locale: 'de',
  label: 'Filmempfehlungen',
  forYou: 'Das könnte dir gefallen',
  popular: 'Was alle mögen',
  like: (title) => `Ähnlich wie ${title}`,
  films: (count) => (count === 1 ? '1 Film' : `${count} Filme`),
  none: 'Kein Film passt.',
  loading: (percent) => `Die Filme kommen: ${percent} %`,
  rateLabel: (title) => `Deine Bewertung von ${title}`,
  stars: (stars) => `${stars} von 5 Sternen`,
  unrated: 'nicht bewertet',
  notSeen: 'Nicht gesehen',
  next: 'Nächster Film',
  startOver: 'Von vorn',
  stays: 'nichts verlässt diese Seite',
  frame: 'Die ganze Breite ist ein Filmbild: 1/24 Sekunde',
  under: (time) => `unter ${time}`,
  news: (count, first) => `${de.films(count)}. Zuerst: ${first}.`,
  retry: 'Noch einmal',
  unreachable: ['Die Filme kamen nicht an.', 'Sieh nach der Verbindung und versuche es noch einmal.'],
  notFound: ['Unter dieser Adresse gibt es keine Filme.', 'Wer diese Seite betreibt, muss sie dort ablegen.'],
  broken: ['Die Filme haben die Prüfung nicht bestanden.', 'Hol sie noch einmal.'],
  newer: ['Diese Filme gehören zu einer anderen Version als diese Seite.', 'Lade die Seite neu, um die neueste zu bekommen.'],
  memory: ['Auf diesem Gerät ist der Speicher knapp.', 'Schließ andere Seiten und versuch es noch einmal.'],
  other: 'Hier ging etwas schief.',
};

/** @param language as `lang` has it: "de-AT". English where we do not speak it. */
export const wordsFor = (language: string): Words => (/^de\b/i.test(language) ? de : en);

/** An error in words for people: what is, then what to do. */
export function failureText(words: Words, code: ErrorCode, message: string): Failure {
  switch (code) {
    case 'UNREACHABLE':
      return words.unreachable;
    case 'NOT_FOUND':
      return words.notFound;
    case 'TRUNCATED':
    case 'BAD_MAGIC':
    case 'BAD_DIGEST':
    case 'BAD_ARTIFACT':
    case 'BAD_MANIFEST':
      return words.broken;
    case 'UNSUPPORTED_VERSION':
      return words.newer;
    case 'OUT_OF_MEMORY':
      return words.memory;
    default:
      return [words.other, message];
  }
}

/** "0.4 ms". Browsers round their clocks, some to a whole millisecond: 0 is all that is known then. */
export function milliseconds(words: Words, ms: number): string {
  const decimal = (value: number): string => new Intl.NumberFormat(words.locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);
  if (ms === 0) return words.under('1 ms');
  if (ms < 0.1) return words.under(`${decimal(0.1)} ms`);
  return `${ms < 9.95 ? decimal(ms) : Math.round(ms)} ms`;
}
