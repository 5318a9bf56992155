import { beforeEach, describe, expect, test } from 'vitest';
import type { EngineStatus, LocalRecommenderApi } from '../../../web/api.ts';
import { keepAlive } from '../../../web/worker/keepAlive.ts';
import { FakeApi, model, recommendations, settled } from '../ui/fakeApi.ts';

/** One life of a recommender, which the test ends. */
interface Life {
  readonly api: FakeApi;
  stop(why: string): Promise<void>;
  ended: boolean;
}

let lives: Life[];
let time: number;
let kept: LocalRecommenderApi;
let told: EngineStatus[];

function start() {
  const api = new FakeApi();
  let resolve: (why: string) => void;
  const stopped = new Promise<string>((done) => (resolve = done));
  const life: Life = {
    api,
    ended: false,
    stop: (why) => {
      resolve(why);
      return settled();
    },
  };
  lives.push(life);
  return { api, watch: (listener: (status: EngineStatus) => void) => void api.watch(listener), stopped, end: () => void (life.ended = true) };
}

beforeEach(async () => {
  lives = [];
  told = [];
  time = 0;
  kept = keepAlive(start, () => time);
  await kept.watch((status) => told.push(status));
});

const last = (): Life => lives.at(-1)!;
const ratings = [{ item: 7 as never, rating: 5 }];

/** Loads a model, as the page does first. */
async function load(): Promise<void> {
  const loaded = kept.load('http://here/manifest.json');
  await settled();
  await last().api.loads.at(-1)!.answer(model());
  expect((await loaded).ok).toBe(true);
}

describe('a recommender that is kept alive', () => {
  test('is started once, and answers', async () => {
    await load();
    const asked = kept.recommend({ ratings });
    await settled();
    await last().api.queries[0]!.answer(recommendations([1, 2]));
    expect(await asked).toMatchObject({ ok: true });
    expect(lives).toHaveLength(1);
  });

  test('that stops is started again with its model, and the open question is asked again', async () => {
    await load();
    const asked = kept.recommend({ ratings });
    await settled();
    await last().stop('memory is short');
    expect(lives.map(({ ended }) => ended)).toEqual([true, false]);
    expect(told.at(-1)).toMatchObject({ kind: 'loading', restarted: expect.stringContaining('memory is short') });

    expect(last().api.loads[0]!.asked).toBe('http://here/manifest.json');
    expect(last().api.queries).toEqual([]); // the model comes first
    await last().api.loads[0]!.answer(model());
    expect(last().api.queries[0]!.asked).toEqual({ ratings });
    await last().api.queries[0]!.answer(recommendations([3]));
    expect(await asked).toEqual({ ok: true, value: recommendations([3]) });
  });

  test('that stops while it loads loads again', async () => {
    const loaded = kept.load('http://here/manifest.json');
    await settled();
    await last().stop('it was closed');
    await last().api.loads[0]!.answer(model());
    expect(await loaded).toMatchObject({ ok: true });
  });

  test('that stops while nothing is asked is there again before the next question', async () => {
    await load();
    await last().stop('it was closed');
    await last().stop('it was closed'); // again, while it loads its model
    expect(lives).toHaveLength(3);
    await last().api.loads[0]!.answer(model());
    const asked = kept.recommend({ ratings });
    await settled();
    await last().api.queries[0]!.answer(recommendations([1]));
    expect((await asked).ok).toBe(true);
  });

  test('does not ask a third time what stopped it twice', async () => {
    await load();
    const asked = kept.recommend({ ratings });
    for (let i = 0; i < 2; i++) {
      await settled();
      await last().stop('it broke');
      await last().api.loads[0]!.answer(model());
    }
    expect(await asked).toMatchObject({ ok: false, error: { code: 'NOT_READY', message: expect.stringContaining('twice') } });
    const next = kept.findItems('heat');
    await settled();
    await last().api.searches[0]!.answer([]);
    expect((await next).ok).toBe(true);
  });

  test('that stops again and again is left alone, until somebody loads anew', async () => {
    await load();
    for (let i = 0; i < 4; i++) {
      time += 1000;
      await last().stop('it broke');
      await last().api.loads.at(0)?.answer(model());
    }
    expect(lives).toHaveLength(4);
    expect(told.at(-1)).toMatchObject({ kind: 'failed', error: { code: 'NOT_READY', message: expect.stringContaining('it broke') } });
    expect(await kept.recommend({ ratings })).toMatchObject({ ok: false, error: { code: 'NOT_READY' } });
    await load();
    expect(lives).toHaveLength(5);
  });

  test('that stops now and then is started again each time', async () => {
    await load();
    for (let i = 0; i < 10; i++) {
      time += 60_000;
      await last().stop('it was closed');
      await last().api.loads[0]!.answer(model());
    }
    const asked = kept.item(7 as never);
    await settled();
    await last().api.items[0]!.fail('NOT_FOUND');
    expect(await asked).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
  });

  test('whose model does not come again says why, and loads when it is told to', async () => {
    await load();
    await last().stop('it was closed');
    const asked = kept.recommend({ ratings });
    await last().api.loads[0]!.fail('UNREACHABLE');
    expect(await asked).toMatchObject({ ok: false, error: { code: 'UNREACHABLE' } });
    expect(last().ended).toBe(true);
    await load();
    expect(lives).toHaveLength(3);
  });

  test('the last words of one that stopped are not heard', async () => {
    await load();
    const first = last();
    await first.stop('it was closed');
    const before = told.length;
    first.api.tell({ kind: 'ready', model: model() });
    expect(told).toHaveLength(before);
    last().api.tell({ kind: 'ready', model: model() });
    expect(told.at(-1)).toEqual({ kind: 'ready', model: model() });
  });
});
