import { FramerateWidget } from './element.ts';

export { FramerateWidget };

// A page may carry this script twice, from two plugins: the first one stays. On a server there is nothing to define.
if (globalThis.customElements && !customElements.get('framerate-widget')) customElements.define('framerate-widget', FramerateWidget);
