import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as whole from '../../../shared/artifact/manifest.ts';
import { FrameRateError } from '../../../shared/errors.ts';
import { filesToLoad, parseManifest } from '../../../web/widget/engine/instead/manifest.ts';
import { tinyModel } from '../../support/tinyModel.ts';

const text = new TextDecoder().decode((await tinyModel({ extras: true })).get('manifest.json')!);

/** Every path to a value of a manifest. */
function* paths(value: unknown, above: readonly string[] = []): Generator<readonly string[]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    yield [...above, key];
    yield* paths(part, [...above, key]);
  }
}

function change(path: readonly string[], value: unknown): string {
  const manifest = JSON.parse(text) as Record<string, unknown>;
  const holder = path.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, manifest);
  if (value === undefined) Reflect.deleteProperty(holder, path.at(-1)!);
  else holder[path.at(-1)!] = value;
  return JSON.stringify(manifest);
}

const codeOf = (json: string): string | null => {
  try {
    parseManifest(json);
    return null;
  } catch (error) {
    if (!(error instanceof FrameRateError)) throw error;
    return error.code;
  }
};

test('reads what was published as every reader does', () => {
  expect(parseManifest(text)).toEqual({ ...whole.parseManifest(text) });
});

test('loads all that answers take, and neither stars nor map', () => {
  const roles = filesToLoad(parseManifest(text)).map(({ role }) => role);
  expect(roles.sort()).toEqual(['catalog', 'foldIn', 'index', 'onboarding']);
});

test.each<[string, string, string]>([
  ['no JSON', '<!doctype html>', 'BAD_MANIFEST'],
  ['nothing', 'null', 'BAD_MANIFEST'],
  ['another format', change(['format'], 'something'), 'BAD_MANIFEST'],
  ['a newer version', change(['schemaVersion'], whole.SCHEMA_VERSION + 1), 'UNSUPPORTED_VERSION'],
  ['no version', change(['schemaVersion'], undefined), 'BAD_MANIFEST'],
  ['no rank', change(['model', 'rank'], undefined), 'BAD_MANIFEST'],
  ['a rank that is no number', change(['model', 'rank'], '6'), 'BAD_MANIFEST'],
  ['no scale', change(['ratingScale'], undefined), 'BAD_MANIFEST'],
  ['files that are no list', change(['files'], {}), 'BAD_MANIFEST'],
  ['no index', change(['files', '0', 'role'], 'poem'), 'BAD_MANIFEST'],
  ['a file that is none', change(['files', '0'], null), 'BAD_MANIFEST'],
  ['a file outside of the folder', change(['files', '0', 'path'], '../secret'), 'BAD_MANIFEST'],
  ['a file of another site', change(['files', '0', 'path'], 'https://elsewhere.example'), 'BAD_MANIFEST'],
])('refuses a manifest with %s', (_, json, code) => {
  expect(codeOf(json)).toBe(code);
});

test('whatever is put into one of its places, it is read or refused, and never breaks', () => {
  const anywhere = fc.constantFrom(...paths(JSON.parse(text)));
  fc.assert(
    fc.property(anywhere, fc.jsonValue(), (path, value) => {
      expect(codeOf(change(path, value))).toBeOneOf([null, 'BAD_MANIFEST', 'UNSUPPORTED_VERSION']);
    }),
  );
});
