import { readTasteCode } from '../../../shared/tasteCode.ts';
import { cleanName } from '../session/people.svelte.ts';

/** Somebody's taste as it travels: in a link, whose part after # no server gets to see, or as the bare code. */
export interface Invite {
  /** '' where nobody said. */
  readonly name: string;
  readonly code: string;
  /** Genres that they leave out. */
  readonly without: readonly string[];
}

/** @param base address of the app. */
export function writeInvite({ name, code, without }: Invite, base: string): string {
  const query = new URLSearchParams({ ...(name !== '' && { name }), taste: code });
  for (const genre of without) query.append('without', genre);
  return new URL(`./#/group?${query}`, base).href;
}

/** @param text what was pasted, or what stands behind # in an address. @returns null: nothing of that kind. */
export function readInvite(text: string): Invite | null {
  const query = new URLSearchParams(/#\/?group\?(\S+)/.exec(text)?.[1] ?? '');
  const taste = query.get('taste');
  if (taste !== null) return { name: cleanName(query.get('name') ?? ''), code: taste, without: query.getAll('without').slice(0, 50) };
  return readTasteCode(text) === 'damaged' ? null : { name: '', code: text.replace(/\s+/g, ''), without: [] };
}
