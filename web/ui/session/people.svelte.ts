import type { KeptFilm } from '../../store/keptFilm.ts';
import type { Profile } from '../../store/profile.ts';
import type { Store } from '../../store/store.ts';
import type { Library } from './library.svelte.ts';

export const LONGEST_NAME = 40;

const opened = new WeakMap<Library, People>();

/** The people of a device. Made when somebody asks for them: most devices have one. */
export function peopleOf(store: Store, library: Library): People {
  const people = opened.get(library) ?? new People(store, library);
  opened.set(library, people);
  return people;
}

/** Who uses this device, and who of them is here: the library's profile. In step with other tabs. */
export class People {
  /** In the order that they came. */
  list = $state.raw<readonly Profile[]>([]);

  constructor(
    private readonly store: Store,
    private readonly library: Library,
  ) {
    store.watch(({ kind }) => void (kind !== 'films' && this.open()));
    void this.open();
  }

  async open(): Promise<void> {
    this.list = await this.store.profiles();
  }

  /** @param films what they bring along. @returns whoever came; null: a name that is none. */
  async add(name: string, films: readonly KeptFilm[] = [], without: readonly string[] = []): Promise<Profile | null> {
    const profile: Profile = { id: newId(), name: cleanName(name), without, since: Date.now() };
    if (profile.name === '') return null;
    this.library.trouble = await this.store.saveProfile(profile, films);
    await this.open();
    return profile;
  }

  /** Whoever is here is called so from now on. */
  async rename(name: string): Promise<void> {
    await this.library.describe({ name: cleanName(name) });
    await this.open();
  }

  /** @param text what to say of it, with a way back. */
  async remove(profile: Profile, text: string): Promise<void> {
    const left = this.list.find(({ id }) => id !== profile.id);
    if (!left) return;
    const films = await this.store.films(profile.id);
    if (this.library.profile.id === profile.id) await this.library.use(left);
    await this.store.removeProfile(profile.id);
    await this.open();
    this.library.done = {
      text,
      takeBack: async () => {
        this.library.trouble = await this.store.saveProfile(profile, films);
        await this.open();
      },
    };
  }
}

/** crypto.randomUUID is for secure contexts alone, which an address in a home network is not. */
const newId = (): string => Array.from(crypto.getRandomValues(new Uint32Array(3)), (word) => word.toString(36)).join('-');

export const cleanName = (name: string): string => name.trim().replace(/\s+/g, ' ').slice(0, LONGEST_NAME);
