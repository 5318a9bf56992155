import { describe, expect, test } from 'vitest';
import { InputError } from '../../../trainer/inputError.ts';
import { readPerson } from '../../../trainer/ratings/person.ts';
import { scratchFolder } from './scratch.ts';

const { path, write } = scratchFolder();

describe("one person's ratings", () => {
  test.each<[string, string]>([
    ['item and rating', 'item,rating\n1,5\n007,4.5\n'],
    ['other names and more columns', 'userId;movieId;title;rating\n9;1;x;5\n9;007;y;4.5\n'],
    ['no header', '1,5\n007,4.5\n'],
  ])('%s', async (_, content) => {
    expect(await readPerson(await write('mine.csv', content))).toEqual([{ item: 1, rating: 5 }, { item: '007', rating: 4.5 }]);
  });

  test.each<[string, string, RegExp]>([
    ['no such columns', 'film,mark\na,x\n', /no columns "item" and "rating"\. It has: film, mark/],
    ['a row that is none', 'item,rating\n1,5\n2,good\n', /mine\.csv:3: this is no item and its rating: 2,good/],
    ['two people', 'userId,movieId,rating\n1,1,5\n2,1,5\n', /mine\.csv:3: a second user, 2/],
    ['nothing', '', /is empty/],
  ])('%s', async (_, content, message) => {
    const refused = readPerson(await write('mine.csv', content));
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(message);
  });

  test('no such file', async () => {
    await expect(readPerson(path('nowhere.csv'))).rejects.toThrow(/There is no file/);
  });
});
