/** Where posters come from, and who says which belongs to which film. */
const IMAGES = 'https://image.tmdb.org';
const LOOKUP = 'https://api.themoviedb.org';

const policy = (images: string, connections: string): string =>
  [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self'",
    `img-src 'self' data:${images}`,
    `connect-src 'self'${connections}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

/** What the app may do: speak to its own place alone. */
export const APP_POLICY = policy('', '');

/**
 * The same app for somebody who wants posters and brought a key of their own: another page, because no visitor's choice can
 * change the policy of a page. Whoever does not choose it is never on it.
 */
export const POSTERS_PAGE = 'posters.html';
export const POSTERS_POLICY = policy(` ${IMAGES}`, ` ${LOOKUP}`);
