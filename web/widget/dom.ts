type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;
type Child = Node | string | null;

const SVG = 'http://www.w3.org/2000/svg';

function fill<T extends Element>(element: T, attributes: Attributes, children: readonly Child[]): T {
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** @param value null, undefined and false take it away. */
export function setAttribute(element: Element, name: string, value: string | number | boolean | null | undefined): void {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : String(value));
}

export const html = <Name extends keyof HTMLElementTagNameMap>(name: Name, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[Name] =>
  fill(document.createElement(name), attributes, children);

export const svg = (name: string, attributes: Attributes = {}, ...children: Child[]): SVGElement =>
  fill(document.createElementNS(SVG, name) as SVGElement, attributes, children);

/** A cover's text (covers/draw.ts) as elements. Not by `innerHTML`, which pages with Trusted Types forbid. */
export function svgFrom(markup: string): Node {
  const root = document.createDocumentFragment();
  const open: Node[] = [root];
  for (const [, close, name, attributes = '', empty, text] of markup.matchAll(/<(\/)?(\w+)([^>]*?)(\/)?>|([^<]+)/g)) {
    if (close) open.pop();
    else if (text) open.at(-1)!.appendChild(document.createTextNode(unescape(text)));
    else {
      const element = svg(name, Object.fromEntries([...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, unescape(value)])));
      open.at(-1)!.appendChild(element);
      if (!empty) open.push(element);
    }
  }
  return root;
}

/** What `escape` of covers/draw.ts wrote. */
const unescape = (text: string): string => text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
