import type { ErrorAnswer } from '../../../shared/errors.ts';
import type { GroupMember, GroupQuery, GroupRecommendations } from '../../../shared/groupQuery.ts';
import type { Filter, RatingScale } from '../../../shared/query.ts';
import { modelTagOf, readTasteCode } from '../../../shared/tasteCode.ts';
import type { KeptFilm, Verdict } from '../../store/keptFilm.ts';
import type { Profile } from '../../store/profile.ts';
import type { Guest, Store } from '../../store/store.ts';
import type { Invite } from '../group/invite.ts';
import { toScale } from '../scale.ts';
import { peopleOf, type People } from './people.svelte.ts';
import type { Session } from './session.svelte.ts';
import { Steering } from './steering.svelte.ts';

/** Why a taste code is of no use here. */
export type CodeRefusal = 'damaged' | 'newer' | 'otherModel';

/** Who may watch: a person of this device, or a friend by their code. */
export interface Watcher {
  /** The profile's id, or the code. */
  readonly id: string;
  /** '' for the first person while they have no name. */
  readonly name: string;
  readonly without: readonly string[];
  /** Null for a friend. */
  readonly rated: number | null;
  /** A friend's code that the loaded model does not understand. */
  readonly outdated: boolean;
}

/** Films of somebody by the names of the loaded model. */
type Films = readonly KeptFilm[];

/** One list for those who watch together. */
export class Group {
  readonly people: People;
  /** What all of them want tonight. */
  readonly steering: Steering;
  guests = $state.raw<readonly Guest[]>([]);
  /** Who stays away tonight. */
  #away = $state.raw<ReadonlySet<string>>(new Set());
  /** Of the others of this device; whoever is here has theirs in the library. */
  #films = $state.raw<ReadonlyMap<string, Films>>(new Map());
  fairness = $state.raw(0.3);
  onlyListed = $state.raw(false);
  seenToo = $state.raw(false);

  answer = $state.raw<GroupRecommendations | null>(null);
  /** Who the answer is for, in the order of its opinions. */
  asked = $state.raw<readonly Watcher[]>([]);
  failure = $state.raw<ErrorAnswer | null>(null);
  #turn = 0;
  #closed = false;
  #unwatch: (() => void) | null = null;

  readonly watchers = $derived.by((): readonly Watcher[] => {
    const tag = this.session.engine.model ? modelTagOf(this.session.engine.model.modelId) : '';
    return [
      ...this.people.list.map((profile) => {
        const { id, name, without } = profile.id === this.session.library.profile.id ? this.session.library.profile : profile;
        return { id, name, without, rated: of(this.#filmsOf(id), 'rated').length, outdated: false };
      }),
      ...this.guests.map(({ code, name, without }) => ({ id: code, name, without, rated: null, outdated: tagOf(code) !== tag })),
    ];
  });
  readonly present = $derived(this.watchers.filter(({ id, outdated }) => !outdated && !this.#away.has(id)));

  constructor(
    private readonly session: Session,
    private readonly store: Store,
  ) {
    this.people = peopleOf(store, session.library);
    this.steering = new Steering(session.library, () => void this.ask());
  }

  /** Reads who there is, and follows what other tabs change, until `close`. */
  async open(): Promise<void> {
    this.#unwatch = this.store.watch((change) => void (change.kind === 'films' && this.read()));
    this.guests = (await this.store.settings()).guests ?? [];
    await this.people.open();
    await this.read();
  }

  /** A list that nobody looks at asks nothing more, whatever is still being read. */
  close(): void {
    this.#closed = true;
    this.#unwatch?.();
  }

  /** Reads what the others of this device have rated, in the words of the loaded model; then asks. */
  async read(): Promise<void> {
    const { library } = this.session;
    const others = this.people.list.filter(({ id }) => id !== library.profile.id);
    this.#films = new Map(await Promise.all(others.map(async (profile) => [profile.id, await this.#recognise(profile)] as const)));
    await this.ask();
  }

  isPresent(id: string): boolean {
    return this.present.some((watcher) => watcher.id === id);
  }

  turn(id: string): void {
    const away = new Set(this.#away);
    if (!away.delete(id)) away.add(id);
    this.#away = away;
    void this.ask();
  }

  set(wishes: Partial<Pick<Group, 'fairness' | 'onlyListed' | 'seenToo'>>): void {
    Object.assign(this, wishes);
    void this.ask();
  }

  /** What stands against a code, if anything does. */
  refusalOf(text: string): CodeRefusal | null {
    const code = readTasteCode(text);
    if (typeof code === 'string') return code;
    return code.modelTag === modelTagOf(this.session.engine.model?.modelId ?? '') ? null : 'otherModel';
  }

  /** Somebody of the same name had another code before: this is the newer one. */
  async invite({ name, code, without }: Invite): Promise<void> {
    await this.#keep([...this.guests.filter((guest) => guest.code !== code && guest.name !== name), { name, code, without }]);
  }

  /** @param text what to say of it, with a way back. */
  async dismiss(code: string, text: string): Promise<void> {
    const before = this.guests;
    await this.#keep(before.filter((guest) => guest.code !== code));
    this.session.library.done = { text, takeBack: () => this.#keep(before) };
  }

  async ask(): Promise<void> {
    if (this.#closed) return;
    const { model } = this.session.engine;
    const turn = ++this.#turn;
    const asked = this.present;
    if (!model || asked.length < 2) {
      this.answer = null;
      return;
    }
    const answer = await this.session.api.recommendForGroup(this.question(asked, model.ratingScale));
    if (turn !== this.#turn) return; // a newer question is on its way
    this.failure = answer.ok ? null : answer.error;
    if (answer.ok) [this.answer, this.asked] = [answer.value, asked];
  }

  question(asked: readonly Watcher[], scale: RatingScale): GroupQuery {
    const films = asked.flatMap(({ id }) => this.#filmsOf(id));
    const idsOf = (...kinds: Verdict['kind'][]) => kinds.flatMap((kind) => of(films, kind).map(({ item }) => item.id));
    const known = new Set(this.session.facts?.genres.map(({ name }) => name));
    const exclude = this.seenToo ? idsOf('dismissed') : idsOf('dismissed', 'seen');
    const filter: Filter = { ...this.steering.filter, ...(this.onlyListed && { only: idsOf('watchlist') }) };
    return {
      members: asked.map(({ id, rated, without }): GroupMember => {
        const left = without.filter((genre) => known.has(genre));
        const taste = rated === null ? { taste: id } : { ratings: this.#filmsOf(id).flatMap(({ item, verdict }) => (verdict.kind === 'rated' ? [{ item: item.id, rating: toScale(verdict.stars, scale) }] : [])) };
        return left.length > 0 ? { ...taste, filter: { withoutGenres: left } } : taste;
      }),
      fairness: this.fairness,
      ...(exclude.length > 0 && { exclude }),
      ...(Object.keys(filter).length > 0 && { filter }),
      ...(this.seenToo && { seenToo: true }),
    };
  }

  #filmsOf(id: string): Films {
    const { library } = this.session;
    return id === library.profile.id ? [...library.known.values()] : (this.#films.get(id) ?? []);
  }

  async #recognise({ id }: Profile): Promise<Films> {
    const kept = await this.store.films(id);
    const known = kept.length > 0 ? await this.session.api.match(kept.map(({ item }) => item)) : null;
    if (!known?.ok) return [];
    return kept.flatMap((film, i) => {
      const { item } = known.value[i];
      return item ? [{ ...film, item }] : [];
    });
  }

  async #keep(guests: readonly Guest[]): Promise<void> {
    this.guests = guests;
    void this.ask();
    await this.store.choose({ guests });
  }
}

const of = (films: Films, kind: Verdict['kind']): Films => films.filter(({ verdict }) => verdict.kind === kind);

function tagOf(text: string): string | null {
  const code = readTasteCode(text);
  return typeof code === 'string' ? null : code.modelTag;
}
