import { checkedJson } from './checked-json.js';

/** A line of `journal-<epoch>.ndjson`: `{"crc":"xxxxxxxx","event":{...}}`. The event's sequence numbers the lines. */
export const journalLine = checkedJson({ checksum: 'crc', value: 'event' });
