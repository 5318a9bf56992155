import fc from 'fast-check';
import { expect, test } from 'vitest';
import { itemId } from '../../../shared/ids.ts';
import { filmHref, hrefOf, readRoute, type Page } from '../../../web/ui/routes.ts';

test.each<[string, Page]>([
  ['', 'rate'],
  ['#', 'rate'],
  ['#/', 'rate'],
  ['#/ten', 'ten'],
  ['#ten', 'ten'],
  ['#/about', 'model'],
  ['#/group', 'group'],
  ['#/group?taste=a/b', 'group'],
  ['#/ten?taste=a', 'nowhere'],
  ['#/film', 'nowhere'],
  ['#/film/', 'nowhere'],
  ['#/ten/1', 'nowhere'],
  ['#/film/1/2', 'nowhere'],
  ['#/nowhere', 'nowhere'],
])('%j leads to %s', (hash, page) => {
  expect(readRoute(hash).page).toBe(page);
});

test('an address leads where it was made for, whatever the id', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ minLength: 1, unit: 'grapheme' }), fc.integer()), (id) => {
      expect(readRoute(filmHref(itemId(id)))).toEqual({ page: 'film', id: String(id) });
    }),
  );
  expect(readRoute(hrefOf('mine'))).toEqual({ page: 'mine' });
});

test('a lone % is no reason to fail', () => {
  expect(readRoute('#/film/100%')).toEqual({ page: 'film', id: '100%' });
});
