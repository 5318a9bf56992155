import { basename, dirname, join } from 'node:path';
import Fastify from 'fastify';
import type { BrowserContextOptions } from 'playwright-core';
import { createSite } from '../../web/server/site.ts';
import type { FramerateWidgetElement } from '../../web/widget/types.ts';
import { repoRoot } from '../support/tools.ts';
import { openBrowser, type BrowserName, type OpenedBrowser } from './browser.ts';

export const widgetFolder = join(repoRoot, 'dist/widget');

export interface HostPage {
  /** What stands in the body; {site} is the address of the widget's server, {model} that of the manifest. */
  readonly body: string;
  /** Its Content-Security-Policy; {site} as above. None by default. */
  readonly policy?: string;
  readonly head?: string;
  /** Of the document. Default `en`. */
  readonly lang?: string;
}

export interface WidgetHost extends Omit<OpenedBrowser, 'address'> {
  /** Where the widget and the model come from: another origin than the page's. */
  readonly site: string;
  readonly model: string;
  /** The page's own origin. */
  readonly origin: string;
  /** Shows somebody's page with the widget's script in it. */
  show(page: HostPage): Promise<void>;
}

/** Somebody's site in a real browser: pages on an origin of their own, which take the widget from another one. */
export async function openWidgetHost(options: { readonly browser: BrowserName; readonly modelFolder: string; readonly context?: BrowserContextOptions }): Promise<WidgetHost> {
  const { modelFolder } = options;
  const widgets = await createSite({ appFolder: join(repoRoot, 'dist/app'), widgetFolder, modelsFolder: dirname(modelFolder), defaultModel: basename(modelFolder) });
  const site = await widgets.listen({ host: '127.0.0.1', port: 0 });
  const model = `${site}/models/${basename(modelFolder)}/manifest.json`;

  let shown: HostPage = { body: '' };
  const host = Fastify();
  const fill = (text: string): string => text.replaceAll('{site}', site).replaceAll('{model}', model);
  host.get('/', async (_request, reply) => {
    reply.type('text/html');
    if (shown.policy !== undefined) reply.header('content-security-policy', fill(shown.policy));
    return fill(
      `<!doctype html><html lang="${shown.lang ?? 'en'}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>The Reel Diary</title>` +
        `<link rel="icon" href="data:,"><script type="module" src="{site}/widget/framerate-widget.js"></script>${shown.head ?? ''}</head><body>${shown.body}</body></html>`,
    );
  });
  const address = await host.listen({ host: '127.0.0.1', port: 0 });
  const opened = await openBrowser(options.browser, options.context);
  return {
    ...opened,
    site,
    model,
    origin: address,
    async show(page) {
      shown = page;
      await opened.page.goto(address);
    },
    async close() {
      await opened.close();
      await Promise.all([host.close(), widgets.close()]);
    },
  };
}

declare global {
  interface Window {
    /** The widget of these tests' pages. */
    readonly widget: FramerateWidgetElement;
  }
}
