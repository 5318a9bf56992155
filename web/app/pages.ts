import type { Component } from 'svelte';
import type { LocalRecommenderApi } from '../api.ts';

/** Pages that are not part of the first download. */
export const pages = {
  ten: () => import('./pages/TenPage.svelte'),
  film: () => import('./pages/FilmPage.svelte'),
  steer: () => import('./pages/SteerPage.svelte'),
  group: () => import('./pages/GroupPage.svelte'),
  map: () => import('./pages/MapPage.svelte'),
  import: () => import('./pages/ImportPage.svelte'),
  model: () => import('./pages/ModelPage.svelte'),
  mine: () => import('./pages/MinePage.svelte'),
};

/** What there is to be told above any page: nothing, most often, and never before a model is there. */
export const openNotes = () => idle().then(() => import('./Notes.svelte'));

/** What the lab is given. */
export interface LabProps {
  readonly api: LocalRecommenderApi;
  /** Absolute address of the manifest that is loaded. */
  readonly manifestUrl: string;
}

/** The lab, where this build has one: web/lab/Lab.svelte. */
export const openLab = Object.values(import.meta.glob<{ default: Component<LabProps> }>('../lab/Lab.svelte')).at(0);

/** Fetches the other pages while nothing else is to be done, so that none has to be waited for. */
export function fetchPagesAhead(): void {
  if (savesData()) return;
  void idle().then(() => {
    for (const open of Object.values(pages)) open().catch(() => undefined); // said when it is opened
  });
}

/** When nothing else is to be done. */
const idle = (): Promise<void> => {
  const call = globalThis.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 500));
  return new Promise((done) => call(() => done()));
};

/** Whether the person asked their browser to save data. */
export function savesData(): boolean {
  const { connection } = navigator as Navigator & { readonly connection?: { readonly saveData?: boolean } };
  return connection?.saveData === true;
}
