import { layoutLarge } from './large.ts';
import { drawLayout } from './layout.ts';
import type { CoverLayout } from './layout.ts';
import type { CoverFilm } from './plan.ts';
import { layoutSmall } from './small.ts';
import { layoutStamp } from './stamp.ts';
import { tableMeasure } from './widths.ts';
import type { Measure } from './widths.ts';

/** By the width it is shown at: `l` from 161 px, `m` to 160 (no year), `s` to 96 (the head alone), `xs` to 48. */
export type CoverForm = 'l' | 'm' | 's' | 'xs';

/** Where everything stands on a film's cover. The same for the same film, form and measure. */
export function layoutCover(film: CoverFilm, form: CoverForm, measure: Measure = tableMeasure): CoverLayout {
  switch (form) {
    case 'xs':
      return layoutStamp(film, measure);
    case 's':
      return layoutSmall(film, measure);
    case 'm':
    case 'l':
      return layoutLarge(film, form === 'l', measure);
  }
}

export const coverSvg = (film: CoverFilm, form: CoverForm, measure: Measure = tableMeasure): string =>
  drawLayout(layoutCover(film, form, measure));
