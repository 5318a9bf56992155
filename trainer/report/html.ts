/** Text that may stand in HTML as it is. */
export interface Html {
  readonly html: string;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export const escapeText = (text: string): string => text.replace(/[&<>"']/g, (sign) => ESCAPES[sign]!);

type Part = Html | string | number | readonly Part[] | null | false;

/** Markup with values in it: texts and numbers are escaped, markup is not, lists are joined, null and false are nothing. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  html: strings.reduce((out, text, i) => out + text + (i < parts.length ? render(parts[i]!) : ''), ''),
});

function render(part: Part): string {
  if (part === null || part === false) return '';
  if (typeof part === 'string' || typeof part === 'number') return escapeText(String(part));
  return 'html' in part ? part.html : part.map(render).join('');
}

/** A table behind a plot: the same numbers, for those who read them or cannot see the plot. */
export const numbers = (caption: string, header: readonly string[], rows: readonly (readonly string[])[]): Html => html`
  <details>
    <summary>The numbers</summary>
    ${table(caption, header, rows)}
  </details>`;

export const table = (caption: string, header: readonly string[], rows: readonly (readonly string[])[]): Html => html`
  <div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>${caption}</caption>
      <thead><tr>${header.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
      <tbody>${rows.map(([first = '', ...cells]) => html`<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
    </table>
  </div>`;
