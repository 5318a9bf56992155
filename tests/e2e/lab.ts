import { mount } from 'svelte';
import '../../web/ui/tokens.css';
import '../../web/ui/base.css';
import { startWorker } from '../../web/worker/client.ts';
import Lab from '../../web/lab/Lab.svelte';

/** The lab alone, as the app shows it on its page. */
const api = startWorker();
const { default: name } = (await (await fetch('models/index.json')).json()) as { default: string };
const manifestUrl = new URL(`models/${name}/manifest.json`, document.baseURI).href;
const loaded = await api.load(manifestUrl);
if (!loaded.ok) throw new Error(loaded.error.message);
const main = document.body.appendChild(document.createElement('main'));
main.style.padding = '16px';
mount(Lab, { target: main, props: { api, manifestUrl } });
