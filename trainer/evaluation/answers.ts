import type { Catalog } from '../../shared/artifact/catalog.ts';
import { itemId, type ItemId } from '../../shared/ids.ts';
import { InputError } from '../inputError.ts';
import { DEPTH } from './evaluate.ts';
import { linesOf } from './splitFiles.ts';
import { SETTINGS } from './settings.ts';
import type { HeldOutUser } from './split.ts';

/** What some program answered, as the protocol looks at it. */
export interface Answers {
  /** One a user: best first, without what they told, at most DEPTH. */
  readonly rankings: readonly (readonly ItemId[])[];
  /** Items that were told and came all the same: left out. */
  readonly toldItems: number;
  /** People with fewer than DEPTH items: what is not there is not found. */
  readonly shortLists: number;
}

/**
 * Reads answers, one JSON object a line: `{"user": …, "items": [ids]}`, best first, in any order of people.
 * @param catalog the items of the split.
 * @throws {InputError} for a line that is none, an item that is unknown or comes twice, and people without an answer.
 */
export async function readAnswers(path: string, users: readonly HeldOutUser[], catalog: Catalog): Promise<Answers> {
  const byUser = new Map<string, readonly ItemId[]>();
  const wanted = new Set(users.map(({ id }) => String(id)));
  for await (const { text, place } of linesOf(path)) {
    const { user, items } = parseAnswer(text, place);
    if (!wanted.has(user)) throw new InputError(`${place}: nobody was asked about user ${user}. Answer the people of test.jsonl.`);
    if (byUser.has(user)) throw new InputError(`${place}: a second answer for user ${user}.`);
    byUser.set(user, resolve(items, catalog, place));
  }
  const silent = users.filter(({ id }) => !byUser.has(String(id)));
  if (silent.length > 0) throw new InputError(`${path} has no answer for user ${silent[0]!.id}${silent.length > 1 ? ` and ${silent.length - 1} others` : ''}.`);

  let toldItems = 0;
  let shortLists = 0;
  const rankings = users.map((user) => {
    const told = new Set(SETTINGS.B.question(user).ratings.map(({ item }) => catalog.rowOf(item)));
    const answer = byUser.get(String(user.id))!;
    const kept = answer.filter((item) => !told.has(catalog.rowOf(item)));
    toldItems += answer.length - kept.length;
    if (kept.length < Math.min(DEPTH, catalog.items.length - told.size)) shortLists++;
    return kept.slice(0, DEPTH);
  });
  return { rankings, toldItems, shortLists };
}

function parseAnswer(json: string, place: string): { user: string; items: unknown[] } {
  let answer: unknown;
  try {
    answer = JSON.parse(json);
  } catch (cause) {
    throw new InputError(`${place}: this is no JSON. A line is {"user": …, "items": [ids]}.`, { cause });
  }
  const { user, items } = (typeof answer === 'object' && answer !== null ? answer : {}) as { user?: unknown; items?: unknown };
  if ((typeof user !== 'string' && typeof user !== 'number') || !Array.isArray(items)) throw new InputError(`${place}: a line is {"user": …, "items": [ids]}.`);
  return { user: String(user), items };
}

function resolve(items: readonly unknown[], catalog: Catalog, place: string): ItemId[] {
  const seen = new Set<ItemId>();
  for (const id of items) {
    const row = typeof id === 'string' || typeof id === 'number' ? catalog.rowOf(itemId(id)) : undefined;
    if (row === undefined) throw new InputError(`${place}: item ${JSON.stringify(id)} is not in train.csv.`);
    const known = catalog.items[row]!.id;
    if (seen.has(known)) throw new InputError(`${place}: item ${JSON.stringify(id)} comes twice.`);
    seen.add(known);
  }
  return [...seen];
}
