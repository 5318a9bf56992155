import { describe, expect, test } from 'vitest';
import { readTitle } from '../../shared/readTitle.ts';

describe('a catalogue title, as people say it', () => {
  test.each<[string, string, string[]]>([
    ['Toy Story', 'Toy Story', []],
    ['Matrix, The', 'The Matrix', []],
    ['Bug\'s Life, A', "A Bug's Life", []],
    ['American Werewolf in London, An', 'An American Werewolf in London', []],
    ['Boot, Das', 'Das Boot', []],
    ["Avventura, L' (Adventure, The)", "L'Avventura", ['The Adventure']],
    ['Avventura, L’', 'L’Avventura', []],
    ['Postino, Il (The Postman)', 'Il Postino', ['The Postman']],
    ['Postino, Il (Postman, The)', 'Il Postino', ['The Postman']],
    ['Misérables, Les', 'Les Misérables', []],
    ['Hip Hop Witch, Da', 'Da Hip Hop Witch', []],
    ['Good, the Bad and the Ugly, The (Buono, il brutto, il cattivo, Il)', 'The Good, the Bad and the Ugly', ['Il Buono, il brutto, il cattivo']],
    ['Lord of the Rings: The Fellowship of the Ring, The', 'The Lord of the Rings: The Fellowship of the Ring', []],
    ['City of Lost Children, The (Cité des enfants perdus, La)', 'The City of Lost Children', ['La Cité des enfants perdus']],
    ['Seven (a.k.a. Se7en)', 'Seven', ['Se7en']],
    ['Léon: The Professional (a.k.a. The Professional) (Léon)', 'Léon: The Professional', ['The Professional', 'Léon']],
    ['Matrix, The (1999)', 'The Matrix', []],
    ['Emma (TV) (2009–2010) ', 'Emma', ['TV']],
    ["Project A 2 ('A' gai wak juk jap)", 'Project A 2', ["'A' gai wak juk jap"]],
    ['Wings (Der (stumme) Film)', 'Wings', ['Der (stumme) Film']],
    // Whole as they are.
    ['(500) Days of Summer', '(500) Days of Summer', []],
    ['Frontière(s)', 'Frontière(s)', []],
    ['Birdman: Or (The Unexpected Virtue of Ignorance)', 'Birdman: Or (The Unexpected Virtue of Ignorance)', []],
    ['Evangelion: 3.0 You Can (Not) Redo', 'Evangelion: 3.0 You Can (Not) Redo', []],
    ['Play It Again, Sam', 'Play It Again, Sam', []],
    ['I Love You, Man', 'I Love You, Man', []],
    ['McFarland, USA', 'McFarland, USA', []],
    ['The Hunger Games (The Hunger Games, #1)', 'The Hunger Games', ['The Hunger Games, #1']],
    ['  Two   Spaces ', 'Two Spaces', []],
    ['七人の侍', '七人の侍', []],
    ['()', '()', []],
    ['', '', []],
  ])('%s', (raw, title, alsoKnownAs) => {
    expect(readTitle(raw)).toEqual({ title, alsoKnownAs });
  });
});
