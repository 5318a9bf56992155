import type { Component } from 'svelte';
import type { CatalogItem } from '../../shared/query.ts';

/** What lies over the drawn covers, for those who want posters (web/posters); null for everybody else. */
export type PosterLayer = Component<{ readonly film: Pick<CatalogItem, 'tmdbId' | 'imdbId'>; /** The widest that it is shown, in px. */ readonly width: number }>;

let layer = $state.raw<PosterLayer | null>(null);
export const posterLayer = (): PosterLayer | null => layer;
export const layPosters = (over: PosterLayer): void => void (layer = over);
