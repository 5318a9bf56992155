/**
 * Puts text between the marks `<!-- bench:NAME -->` and `<!-- /bench:NAME -->` of a Markdown file.
 * @returns null where it has no such marks: what it does not show is not written into it.
 */
export function writeBetweenMarks(markdown: string, name: string, text: string): string | null {
  const [first, last] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const from = markdown.indexOf(first);
  const to = markdown.indexOf(last);
  if (from < 0 || to < from) return null;
  return `${markdown.slice(0, from + first.length)}\n\n${text.trim()}\n\n${markdown.slice(to)}`;
}
