import type { FramerateWidgetElement } from '../types.ts';

/**
 * The widget in a frame, for pages that are not to see what somebody rates: their ratings stay in here. The address holds
 * the widget's attributes, and as `origin` the page that it may talk to. Messages both ways are { framerate, … }; what is
 * not from that page, or goes elsewhere, is not delivered. docs/widget.md has them.
 */
const given = new URLSearchParams(location.search);
const origin = given.get('origin');

/** What the page may change later. */
const CHANGEABLE = ['mode', 'item', 'limit', 'lang', 'theme', 'heading'];
const ATTRIBUTES = [...CHANGEABLE, 'src', 'items', 'link-template', 'remember'];

const widget: FramerateWidgetElement = document.createElement('framerate-widget');
for (const name of ATTRIBUTES) {
  const value = given.get(name);
  if (value !== null) widget.setAttribute(name, value);
}

function tell(what: 'ready' | 'height' | 'select' | 'error', detail: object): void {
  if (origin !== null && parent !== window) parent.postMessage({ framerate: what, ...detail }, origin);
}

widget.addEventListener('ready', ({ detail: { name, modelId, items } }) => tell('ready', { name, modelId, items }));
widget.addEventListener('error', ({ detail: { code, message } }) => tell('error', { code, message }));
widget.addEventListener('select', (event) => {
  if (origin !== null) event.preventDefault(); // where it leads is up to the page
  tell('select', { id: event.detail.item.id, href: event.detail.href });
});
new ResizeObserver(() => tell('height', { height: Math.ceil(widget.getBoundingClientRect().height) })).observe(widget);

addEventListener('message', ({ source, origin: from, data }: MessageEvent<{ framerate?: unknown; name?: unknown; value?: unknown } | null>) => {
  if (source !== parent || from !== origin || data?.framerate !== 'set') return;
  const { name, value } = data;
  if (typeof name !== 'string' || !CHANGEABLE.includes(name)) return;
  if (typeof value === 'string') widget.setAttribute(name, value);
  else if (value === null) widget.removeAttribute(name);
});

const sheet = new CSSStyleSheet();
sheet.replaceSync('body { margin: 0 } :root { color-scheme: light dark }');
document.adoptedStyleSheets = [sheet];
document.body.append(widget);
