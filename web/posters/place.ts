/** Whether this page is the one with posters. */
export const onPostersPage = (): boolean => 'posters' in document.documentElement.dataset;

/** Goes to the page with posters or to the one without, at the same place of the app. */
export function goToPage(posters: boolean): void {
  location.replace(new URL((posters ? 'posters.html' : './') + location.hash, document.baseURI));
}
