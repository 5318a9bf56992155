import { mount } from 'svelte';
import '../ui/tokens.css';
import '../ui/base.css';
import { openStore } from '../store/database.ts';
import { Session } from '../ui/session/session.svelte.ts';
import { startWorker } from '../worker/client.ts';
import App from './App.svelte';
import { chooseModel, findModels } from './models.ts';
import { fetchPagesAhead, savesData } from './pages.ts';
import { Preferences } from './preferences.svelte.ts';
import { choosePage } from './posters.ts';
import { Router } from './router.svelte.ts';
import type { Updates } from './updates.svelte.ts';

/** In a function: pages import what is in this file, and would wait for awaits at its top level. */
async function start(): Promise<void> {
  const api = startWorker();
  // On its way while the worker starts and the database opens; what it names is the longest to come.
  let models: ReturnType<typeof findModels> | null = findModels(document.baseURI);
  const store = await openStore();
  const preferences = new Preferences(store);
  const { model, tmdbKey } = await preferences.open();
  await choosePage(tmdbKey);
  const session = new Session(api, store, async () => {
    const found = await (models ?? findModels(document.baseURI));
    models = null;
    return chooseModel(found, model);
  });
  let opened: Promise<Updates> | undefined;
  /** What is newer is looked for after the first ten. */
  const updates = (): Promise<Updates> => (opened ??= import('./updates.svelte.ts').then(({ AppUpdate, ModelUpdate }) => ({ app: new AppUpdate(), model: new ModelUpdate(session) })));
  const started = session.start();
  mount(App, { target: document.body, props: { session, router: new Router(), preferences, store, updates } });

  await started;
  fetchPagesAhead();
  if (session.engine.model?.hasMap && !savesData()) void api.map(); // so that it opens without a network, too
  const { app, model: newer } = await updates();
  await app.register();
  if (!savesData()) await newer.check();
  // Asked once there is something to lose: some browsers ask the person.
  if (session.library.everything.length > 0) await navigator.storage?.persist?.();
}

void start();
