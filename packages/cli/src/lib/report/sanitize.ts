// Colour codes made by chalk pass; every other control or escape character, and the marks that reorder text, do not.
const unsafe =
  /\u001b\[[0-9;]*m|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const unsafeForeign =
  /\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b\[[0-?]*[ -/]*[@-~]|[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Makes a finished line safe to print: our own colours stay, anything else that could steer a terminal goes. */
export function sanitize(line: string): string {
  return line.replace(unsafe, (match) => (match.length > 1 && match.endsWith('m') ? match : ''));
}

/** Makes text from outside (a title, an agent's output) one safe line: no colours, no control characters, no line breaks. */
export function sanitizeForeign(text: string): string {
  return text.replace(unsafeForeign, (match) => (match === '\n' || match === '\r' ? ' ' : ''));
}
