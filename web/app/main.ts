import { mount } from 'svelte';
import '../ui/tokens.css';
import '../ui/base.css';
import { Session } from '../ui/session.svelte.ts';
import { startWorker } from '../worker/client.ts';
import App from './App.svelte';
import { findDefaultModel } from './models.ts';

const session = new Session(startWorker(), () => findDefaultModel(document.baseURI));
mount(App, { target: document.body, props: { session } });
void session.start();
