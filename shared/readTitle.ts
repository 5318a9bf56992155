/** A catalogue's title, taken apart and put in the order in which people say it. */
export interface ReadTitle {
  /** "The Matrix", "L'avventura". */
  readonly title: string;
  /** Its other names, which catalogues put in brackets: "Der Himmel über Berlin". */
  readonly alsoKnownAs: readonly string[];
}

// The leading words that catalogues move behind a comma. A closed list: "Play It Again, Sam" is whole as it is.
const MOVED_ARTICLE =
  /^(.+), (The|An?|Der|Die|Das|Ein|Eine|Les?|La|L['’]|Une?|El|Los|Las|Una|Il|Lo|Gli|I|Det|Den|De|En|Ett|Da|Het|Os?)$/i;
const LAST_BRACKETS = /^(.*\S)\s+\(((?:[^()]|\([^()]*\))*)\)$/;
const YEARS = /^\d{4}(?:\s*[-–]\s*(?:\d{4})?)?$/;

/** "Matrix, The" is The Matrix; "Avventura, L'" is L'Avventura. */
function turnRound(title: string): string {
  const moved = MOVED_ARTICLE.exec(title);
  if (!moved) return title;
  const [, rest, article] = moved;
  return /['’]$/.test(article) ? article + rest : `${article} ${rest}`;
}

/** Takes "Wings of Desire (Himmel über Berlin, Der) (1987)" apart. Never empty unless the title is. */
export function readTitle(raw: string): ReadTitle {
  let title = raw.normalize('NFC').replace(/\s+/g, ' ').trim();
  const others: string[] = [];
  for (;;) {
    const found = LAST_BRACKETS.exec(title);
    // "Birdman: Or (The Unexpected Virtue of Ignorance)": there the brackets belong to the sentence.
    if (!found || /\bor$/i.test(found[1])) break;
    const [, before, inside] = found;
    title = before;
    const name = inside.replace(/^a\.?\s?k\.?\s?a\.?\s+/i, '').trim();
    if (name !== '' && !YEARS.test(name)) others.unshift(turnRound(name));
  }
  title = turnRound(title);
  return { title, alsoKnownAs: others.filter((name) => name !== title) };
}
