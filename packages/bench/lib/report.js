import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { machine } from './machine.js';
import { findPeers } from './peers.js';
import { figureText, targetText } from './results.js';

const place = (name) => new URL(`../${name}`, import.meta.url);

/** Writes results.json, and RESULTS.md from it. What a person has to say about the figures stands in notes.md. */
export async function writeResults({ rows, tookS }) {
  const results = {
    at: new Date().toISOString(),
    tookS: Math.round(tookS),
    machine: await machine(await findPeers()),
    rows,
  };
  await writeFormatted('results.json', JSON.stringify(results));
  await writeFormatted('RESULTS.md', resultsText(results));
}

async function writeFormatted(name, text) {
  const path = place(name);
  const options = await resolveConfig(path);
  writeFileSync(path, await format(text, { ...options, filepath: path.pathname }));
}

export function resultsText({ at, tookS, machine: { versions, ...hardware }, rows }) {
  const missed = rows.filter(({ reached }) => reached === false);
  const judged = rows.filter(({ reached }) => reached !== null);
  const disturbed = rows.filter((row) => row.disturbed === true);
  const notes = place('notes.md');
  return [
    '# Benchmarks',
    `Written by \`npm run bench\` on ${at.slice(0, 10)}, in one run of ${Math.round(tookS / 60)} minutes.`,
    `Machine: ${hardware.processors} processors (${hardware.processor}), ${hardware.memoryGb} GB, ${hardware.system}.`,
    `Versions: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    howToRead,
    `${judged.length - missed.length} of ${judged.length} targets reached. ${disturbed.length} of ${rows.length} rows disturbed.`,
    ...tables(rows),
    ...(missed.length === 0 ? [] : ['## Missed', missed.map(missedLine).join('\n')]),
    ...(existsSync(notes) ? [readFileSync(notes, 'utf8').trim()] : []),
  ].join('\n\n');
}

const howToRead = `Every row was measured in one go, its candidates in turn, five times or more. Figures are medians; a ratio is the
median of the rounds' ratios, so that what slows a round as a whole cancels out. *Limit* is the same work without what
ginko adds, *peer* is what a user would take instead. A row is *disturbed* when others used more than a fifth of the
machine meanwhile, or a fixed piece of work took a quarter longer than in the quietest moment of the run. Trust the
ratios: the absolute times are this machine's.`;

function tables(rows) {
  const parts = [];
  for (const bench of new Set(rows.map((row) => row.bench))) {
    const own = rows.filter((row) => row.bench === bench);
    const notes = [...new Set(own.flatMap(({ note }) => note ?? []))];
    const lines = own.map((row) => `| ${cells(row, notes).join(' | ')} |`);
    parts.push(
      `## ${bench}`,
      [
        '| what | ours | limit | peer | ratio | target | reached | disturbed |',
        '|---|--:|--:|--:|--:|---|---|---|',
        ...lines,
      ].join('\n'),
    );
    if (notes.length > 0) parts.push(notes.map((note, index) => `${index + 1}. ${note}`).join('\n'));
  }
  return parts;
}

function cells({ name, unit, ours, limit, peer, ratio, target, reached, note, disturbed, quiet }, notes) {
  return [
    note === null ? name : `${name} (${notes.indexOf(note) + 1})`,
    ours === null ? 'not measured' : `${figureText(ours)} ${unit}`.trim(),
    limit === null ? '' : figureText(limit),
    peer === null || peer.value === null ? (peer?.name ?? '') : `${peer.name} ${figureText(peer.value)}`,
    ratio === null ? '' : ratio.toFixed(2),
    target === null ? '' : targetText(target),
    reached === null ? '' : reached ? 'yes' : '**no**',
    disturbed === true ? `idle ${Math.round(quiet.idle * 100)} %, slower ${quiet.slowdown.toFixed(2)}x` : '',
  ];
}

function missedLine({ name, ours, unit, ratio, target }) {
  const got = target.ratioAtMost === undefined ? `${figureText(ours)} ${unit}`.trim() : `${ratio.toFixed(2)}x`;
  return `- ${name}: ${got}, wanted ${targetText(target)}`;
}
