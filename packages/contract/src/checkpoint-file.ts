import { checkedJson } from './checked-json.js';

/**
 * `checkpoint.json`: `{"checksum":"xxxxxxxx","checkpoint":{...}}` and a line feed. A file of version 1 is the bare
 * checkpoint. A later layout must use other field names, so that its checksum is not judged by these rules.
 */
export const checkpointFile = checkedJson({ checksum: 'checksum', value: 'checkpoint' });
