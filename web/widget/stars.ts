import { MAX_STARS } from '../ui/scale.ts';
import { STAR, starListeners, starsText } from '../ui/starRow.ts';
import { html, setAttribute, svg } from './dom.ts';
import type { Words } from './words.ts';

export interface Stars {
  readonly element: HTMLElement;
  show(title: string, stars: number | null, words: Words): void;
  focus(): void;
}

/** Five stars over one native range, as ui/Stars.svelte has them. */
export function createStars(onrate: (stars: number | null) => void): Stars {
  let value: number | null = null;
  let words: Words;
  const input = html('input', { type: 'range', min: 0, max: MAX_STARS, step: 0.5, part: 'range' });
  const fills = Array.from({ length: MAX_STARS }, () => svg('path', { class: 'fill', d: STAR }));
  const own = html('span', { class: 'own', 'aria-hidden': 'true' });
  const row = html(
    'div',
    { class: 'stars', role: 'presentation' },
    input,
    ...fills.map((path) => svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, svg('path', { class: 'outline', d: STAR }), path)),
  );

  function draw(preview: number | null): void {
    const shown = preview ?? value ?? 0;
    input.value = String(shown);
    setAttribute(input, 'aria-valuetext', shown ? words.stars(new Intl.NumberFormat(words.locale).format(shown)) : words.unrated);
    fills.forEach((path, i) => setAttribute(path, 'class', `fill ${shown > i ? (shown < i + 1 ? 'half' : '') : 'none'}`));
    own.textContent = shown ? starsText(shown) : '';
  }

  Object.assign(row, starListeners({ value: () => value, preview: draw, rate: onrate, input: () => input }));
  input.addEventListener('input', (event) => {
    event.stopPropagation(); // nothing that the page's forms have a use for
    onrate(Number(input.value) || null);
  });

  return {
    element: html('div', { class: 'rating', part: 'stars' }, row, own),
    show(title, stars, spoken) {
      value = stars;
      words = spoken;
      setAttribute(input, 'aria-label', words.rateLabel(title));
      draw(null);
    },
    focus: () => input.focus(),
  };
}
