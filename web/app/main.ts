import { mount } from 'svelte';
import '../ui/tokens.css';
import '../ui/base.css';
import { openStore } from '../store/database.ts';
import { Session } from '../ui/session/session.svelte.ts';
import { startWorker } from '../worker/client.ts';
import App from './App.svelte';
import { findModel } from './models.ts';
import { fetchPagesAhead, savesData } from './pages.ts';
import { Preferences } from './preferences.svelte.ts';
import { Router } from './router.svelte.ts';
import { AppUpdate, ModelUpdate } from './updates.svelte.ts';

const api = startWorker();
const store = await openStore();
const preferences = new Preferences(store);
const { model } = await preferences.open();
const session = new Session(api, store, () => findModel(document.baseURI, model));
const appUpdate = new AppUpdate();
const modelUpdate = new ModelUpdate(session);
mount(App, { target: document.body, props: { session, router: new Router(), preferences, store, appUpdate, modelUpdate } });

await session.start();
fetchPagesAhead();
if (session.engine.model?.hasMap && !savesData()) void api.map(); // so that it opens without a network, too
await appUpdate.register();
if (!savesData()) await modelUpdate.check();
// Asked once there is something to lose: some browsers ask the person.
if (session.library.everything.length > 0) await navigator.storage?.persist?.();
