import { describe, expect, test } from 'vitest';
import { findPlaces, hasRatingsHeader, normaliseName, type Columns, type Places } from '../../../trainer/ratings/columns.ts';

describe('findPlaces', () => {
  test.each<[string, Places, Columns?]>([
    ['userId,movieId,rating,timestamp', { user: 0, item: 1, rating: 2, time: 3 }],
    ['book_id,user_id,rating', { user: 1, item: 0, rating: 2, time: null }],
    ['reviewerID,asin,reviewerName,helpful,reviewText,overall,summary,unixReviewTime,reviewTime', { user: 0, item: 1, rating: 5, time: 7 }],
    ['rating,title,text,images,asin,parent_asin,user_id,timestamp,helpful_vote', { user: 6, item: 5, rating: 0, time: 7 }],
    ['User-ID,ISBN,Book-Rating', { user: 0, item: 1, rating: 2, time: null }],
    ['user_id,anime_id,rating', { user: 0, item: 1, rating: 2, time: null }],
    ['review_id,user_id,business_id,stars,useful,funny,cool,text,date', { user: 1, item: 2, rating: 3, time: 8 }],
    ['user,item,score,date', { user: 0, item: 1, rating: 2, time: 3 }],
    ['user,item,score,date', { user: 0, item: 1, rating: 2, time: 2 + 1 }, { time: '#4' }],
    ['a,b,c,d', { user: 3, item: 2, rating: 1, time: 0 }, { user: 'd', item: 'c', rating: 'b', time: 'a' }],
    ['#2,#1,rating', { user: 0, item: 1, rating: 2, time: null }, { user: '#2', item: '#1' }],
  ])('%s', (header, expected, columns = {}) => {
    const names = header.split(',');
    expect(findPlaces({ path: 'x', names, width: names.length, sample: [] }, columns)).toEqual(expected);
  });
});

test.each([
  ['userId,movieId,rating', true],
  ['wer,was,wie', true],
  ['1,2,3', false],
  ['ann,film,5', false],
  ['user,movie,2020', true],
  [',userId,movieId,rating', true],
])('is "%s" a header?', (row, expected) => {
  expect(hasRatingsHeader(row.split(','), {})).toBe(expected);
});

test('a name that is asked for makes a header', () => {
  expect(hasRatingsHeader(['ann', '1', '2'], { user: 'Ann' })).toBe(true);
  expect(hasRatingsHeader(['ann', '1', '2'], { user: '#1' })).toBe(false);
});

test('normaliseName', () => {
  expect(['User-ID', 'user_id', 'userId', 'user_id:token', 'USER ID'].map(normaliseName)).toEqual(Array(5).fill('userid'));
});
