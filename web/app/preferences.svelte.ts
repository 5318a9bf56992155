import type { Settings, Store } from '../store/store.ts';
import { firstSpoken, isLanguage, speak, type Language } from '../ui/words/words.svelte.ts';

export type Colours = 'device' | 'light' | 'dark';

/** How the app looks and speaks: as the device does, until somebody chooses. */
export class Preferences {
  language = $state.raw<Language>('en');
  colours = $state.raw<Colours>('device');

  constructor(private readonly store: Store) {}

  async open(): Promise<Settings> {
    const settings = await this.store.settings();
    this.#colour(settings.colours ?? 'device');
    await this.#speak(isLanguage(settings.language) ? settings.language : firstSpoken(navigator.languages));
    return settings;
  }

  async chooseLanguage(language: Language): Promise<void> {
    await this.#speak(language);
    await this.store.choose({ language });
  }

  async chooseColours(colours: Colours): Promise<void> {
    this.#colour(colours);
    await this.store.choose({ colours });
  }

  #colour(colours: Colours): void {
    this.colours = colours;
    if (colours === 'device') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = colours;
  }

  async #speak(language: Language): Promise<void> {
    await speak(language);
    this.language = language;
    document.documentElement.lang = language;
  }
}
