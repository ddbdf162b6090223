import { checkedJson } from '../src/checked-json.js';

describe('checked JSON', () => {
  const layout = checkedJson({ checksum: 'crc', value: 'event' });
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const whole = `${layout.head('0123abcd')}{"text":"é"}${layout.tail}`;

  it('is JSON', () => {
    expect(JSON.parse(whole)).toEqual({ crc: '0123abcd', event: { text: 'é' } });
  });

  it('tells where the value lies, in bytes', () => {
    const parts = layout.locate(bytes(whole));
    expect(parts).toMatchObject({ checksum: '0123abcd' });
    expect(new TextDecoder().decode(bytes(whole).subarray(parts?.start, parts?.end))).toBe('{"text":"é"}');
  });

  it.each([
    ['empty', ''],
    ['cut off', whole.slice(0, -2)],
    ['without a value', `${layout.head('0123abcd')}${layout.tail}`],
    ['with other fields', whole.replace('crc', 'sum')],
    ['with another second field', whole.replace('event', 'thing')],
    ['with a checksum that is none', whole.replace('0123abcd', '0123ABCD')],
    ['laid out in another way', JSON.stringify(JSON.parse(whole), null, 2)],
  ])('has nothing to check when it is %s', (_, text) => {
    expect(layout.locate(bytes(text))).toBeUndefined();
  });
});
