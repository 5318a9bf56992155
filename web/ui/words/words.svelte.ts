import { en, type Words } from './en.ts';

/** The languages that the app speaks. English is part of the first download, the others come when asked for. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

const load: Record<Language, () => Promise<Words>> = {
  en: () => Promise.resolve(en),
  de: async () => (await import('./de.ts')).de,
};

let spoken = $state.raw<Words>(en);

/** The words of the language that is spoken now. */
export const t = (): Words => spoken;

export async function speak(language: Language): Promise<void> {
  spoken = await load[language]();
}

export const isLanguage = (value: unknown): value is Language => typeof value === 'string' && Object.hasOwn(LANGUAGES, value);

/** @param wanted what a person's browser asks for, best first: "de-AT". */
export function firstSpoken(wanted: readonly string[]): Language {
  return wanted.map((tag) => tag.toLowerCase().split('-')[0]).find(isLanguage) ?? 'en';
}
