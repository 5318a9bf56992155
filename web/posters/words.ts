import { t } from '../ui/words/words.svelte.ts';

/** What the app says of posters: no part of the first download. */
const en = {
  heading: 'Posters',
  what: 'Covers are drawn here, from title, year and genres. With a key of your own, posters of The Movie Database (TMDB) show in their place.',
  tells: 'Then TMDB sees this device’s address, your key, and which films are on the screen: among them the ones that you look for and that are found for you. It does not see your ratings. Without a key the page may not speak to anybody.',
  get: 'Keys are free for anybody with an account there.',
  key: 'Your TMDB key or token',
  on: 'Show posters',
  off: 'No posters any more',
  other: 'Use this key',
  asking: 'Asking TMDB about the key.',
  good: 'Posters show. Where there is none, the cover is drawn.',
  refused: ['TMDB refuses this key.', 'Look whether all of it was copied, or ask TMDB for another.'],
  unreachable: ['TMDB cannot be reached now.', 'Covers are drawn until it can.'],
  notice: 'This product uses the TMDB API but is not endorsed or certified by TMDB.',
  privacy: 'No account, no cookies. Posters come from TMDB, as you chose; there are no other third parties. Ratings live in this browser only.',
};

const de: typeof en = {
  heading: 'Plakate',
  what: 'Die Umschläge sind hier gezeichnet, aus Titel, Jahr und Genres. Mit einem eigenen Schlüssel stehen Plakate von The Movie Database (TMDB) an ihrer Stelle.',
  tells: 'TMDB sieht dann die Adresse dieses Geräts, deinen Schlüssel, und welche Filme zu sehen sind: auch die, nach denen du suchst, und die, die für dich gefunden werden. Deine Bewertungen sieht es nicht. Ohne Schlüssel darf die Seite mit niemandem sprechen.',
  get: 'Schlüssel sind dort kostenlos, für alle mit einem Konto.',
  key: 'Dein Schlüssel oder Token von TMDB',
  on: 'Plakate zeigen',
  off: 'Keine Plakate mehr',
  other: 'Diesen Schlüssel nehmen',
  asking: 'TMDB wird nach dem Schlüssel gefragt.',
  good: 'Plakate sind da. Wo es keines gibt, bleibt der gezeichnete Umschlag.',
  refused: ['TMDB nimmt diesen Schlüssel nicht an.', 'Sieh nach, ob er ganz kopiert ist, oder bitte TMDB um einen anderen.'],
  unreachable: ['TMDB ist gerade nicht zu erreichen.', 'Bis dahin bleiben die gezeichneten Umschläge.'],
  notice: 'Dieses Produkt benutzt die API von TMDB, ist aber von TMDB weder empfohlen noch geprüft.',
  privacy: 'Kein Konto, keine Cookies. Plakate kommen von TMDB, wie du es wolltest; sonst gibt es keine Dritten. Bewertungen bleiben in diesem Browser.',
};

export type PosterWords = typeof en;
export const POSTER_WORDS: Readonly<Record<string, PosterWords>> = { en, de };

/** In the language that is spoken now. */
export const p = (): PosterWords => POSTER_WORDS[t().locale] ?? en;
