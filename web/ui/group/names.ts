import type { Watcher } from '../session/group.svelte.ts';
import { g } from './words.ts';

/** What somebody is called on the page. */
export const nameOf = ({ name, rated }: Pick<Watcher, 'name' | 'rated'>): string => name || (rated === null ? g().friend : g().me);
