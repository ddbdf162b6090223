// The agent of the example: does what the task's "**Build:**" line says and writes what it did to GINKO_RESULT_FILE.
// Any program can be an agent: the task comes on stdin, exit code 0 means done.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { marked } from './markdown.js';

const pages = ['harbour', 'lighthouse', 'marsh', 'pools', 'beach'];

const layout = (title, body) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title><link rel="stylesheet" href="style.css"></head>
<body><main>
${body}
</main></body>
</html>
`;

const titleOf = (text) => /^# (.+)$/m.exec(text)?.[1] ?? 'Untitled';
const source = (name) => readFile(`build/texts/${name}.md`, 'utf8');

const builds = {
  async texts() {
    await mkdir('build/texts', { recursive: true });
    const names = await readdir('texts');
    for (const name of names) {
      const text = await readFile(`texts/${name}`, 'utf8');
      if (text.trim() === '') throw new Error(`texts/${name} is empty`);
      await writeFile(`build/texts/${name}`, text);
      console.log(`fetched ${name}`);
    }
    return `${names.length} texts in build/texts`;
  },
  async style() {
    const css = `:root { color-scheme: light dark; }
body { margin: 0; font: 1.1rem/1.6 Georgia, serif; }
main { max-width: 36rem; margin: 3rem auto; padding: 0 1rem; }
`;
    await writeFile('site/style.css', css);
    return 'site/style.css';
  },
  async page(name) {
    const text = await source(name);
    await writeFile(`site/${name}.html`, layout(titleOf(text), marked(text)));
    console.log(`rendered ${titleOf(text)}`);
    return `site/${name}.html`;
  },
  async index() {
    const entries = [];
    for (const name of pages) entries.push(`<li><a href="${name}.html">${titleOf(await source(name))}</a></li>`);
    const text = await source('index');
    await writeFile('site/index.html', layout(titleOf(text), `${marked(text)}\n<ul>\n${entries.join('\n')}\n</ul>`));
    return 'site/index.html';
  },
  async feed() {
    const items = [];
    for (const name of pages)
      items.push(`<item><title>${titleOf(await source(name))}</title><link>${name}.html</link></item>`);
    const xml = `<?xml version="1.0"?>\n<rss version="2.0"><channel><title>Tidal Notes</title>${items.join('')}</channel></rss>\n`;
    await writeFile('site/feed.xml', xml);
    return 'site/feed.xml';
  },
  async sitemap() {
    const names = (await readdir('site')).filter((name) => name.endsWith('.html')).sort();
    await writeFile('site/sitemap.txt', `${names.join('\n')}\n`);
    return `${names.length} pages in site/sitemap.txt`;
  },
  async links() {
    const files = new Set(await readdir('site'));
    let checked = 0;
    for (const name of [...files].filter((file) => file.endsWith('.html'))) {
      const html = await readFile(`site/${name}`, 'utf8');
      for (const [, target] of html.matchAll(/href="([^"]+)"/g)) {
        if (!files.has(target)) throw new Error(`site/${name} links to ${target}, which does not exist`);
        checked += 1;
      }
      console.log(`${name}: fine`);
    }
    await writeFile('build/links.txt', `${checked}\n`);
    return `${checked} links checked`;
  },
  async report() {
    const files = (await readdir('site')).sort();
    const links = (await readFile('build/links.txt', 'utf8')).trim();
    const lines = files.map((file) => `- ${file}`).join('\n');
    await writeFile('build/report.md', `# What was built\n\n${lines}\n\n${links} links were checked.\n`);
    return `build/report.md: ${files.length} files`;
  },
};

const brief = await new Response(process.stdin).text();
const [, what = '', argument = ''] = /^\*\*Build:\*\* (\w+) ?(\w*)/m.exec(brief) ?? [];
const build = builds[what];
if (build === undefined) throw new Error(`The task has no "**Build:**" line that this agent knows: "${what}"`);
await mkdir('site', { recursive: true });
console.log(`working on ${process.env.GINKO_TASK_TITLE}`);
// Slow enough to be watched, and to be killed in the middle.
await setTimeout(Number(process.env.EXAMPLE_PAUSE_MS ?? 800));
const summary = await build(argument);
await writeFile(process.env.GINKO_RESULT_FILE, JSON.stringify({ status: 'complete', summary, tokens: brief.length }));
