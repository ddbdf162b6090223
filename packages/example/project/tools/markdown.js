// Enough Markdown for the texts of this example.
const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const inline = (text) =>
  escape(text)
    .replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, '<a href="$2">$1</a>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/\*([^*]+)\*/g, '<em>$1</em>');

export function marked(markdown) {
  return markdown
    .trim()
    .split(/\n{2,}/)
    .map((block) => {
      const heading = /^(#{1,3}) (.+)$/.exec(block);
      if (heading !== null) return `<h${heading[1].length}>${inline(heading[2])}</h${heading[1].length}>`;
      if (!block.startsWith('- ')) return `<p>${inline(block)}</p>`;
      const entries = block.split(/\n(?=- )/).map((entry) => `<li>${inline(entry.slice(2))}</li>`);
      return `<ul>\n${entries.join('\n')}\n</ul>`;
    })
    .join('\n');
}
