/** Who said something, for people: `person:ann` is ann; other tools and agents are named as they are. */
export function personText(by: string): string {
  return by.replace(/^person:(?=.)/, '');
}
