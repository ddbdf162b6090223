import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { graphIdOf, keepGraphId } from '../../src/lib/perform/project.js';

let folder: string;
let root: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ginko-graph-id-'));
  root = join(folder, 'My project');
  mkdirSync(root);
});

afterEach(() => rmSync(folder, { recursive: true }));

const project = (more: { env?: Record<string, string>; config?: { graphId?: string } } = {}) => ({
  root,
  env: {},
  config: {},
  ...more,
});

describe('the graph id of a project', () => {
  it('is the name of its folder, and stays so when the folder is renamed after a first run', async () => {
    expect(await graphIdOf(project())).toBe('My-project');
    expect(await keepGraphId(project())).toEqual({ ok: true, value: 'My-project' });
    const renamed = join(folder, 'other');
    renameSync(root, renamed);
    root = renamed;
    expect(await graphIdOf(project())).toBe('My-project');
    expect(await keepGraphId(project())).toEqual({ ok: true, value: 'My-project' });
  });

  it('is what the environment says, else what the configuration says, and then nothing is kept', async () => {
    const configured = { graphId: 'configured' };
    expect(await keepGraphId(project({ config: configured }))).toEqual({ ok: true, value: 'configured' });
    const env = { GINKO_GRAPH_ID: 'from-environment' };
    expect(await graphIdOf(project({ env, config: configured }))).toBe('from-environment');
    expect(await graphIdOf(project({ env: { GINKO_GRAPH_ID: '' } }))).toBe('My-project');
  });

  it('is not what was kept where that is no id', async () => {
    mkdirSync(join(root, '.ginko'));
    writeFileSync(join(root, '.ginko', 'graph-id'), '../x\n');
    expect(await graphIdOf(project())).toBe('My-project');
    expect(readFileSync(join(root, '.ginko', 'graph-id'), 'utf8')).toBe('../x\n');
  });

  it('cannot be kept where nothing can be written', async () => {
    writeFileSync(join(root, '.ginko'), 'a file');
    expect(await keepGraphId(project())).toMatchObject({ ok: false });
  });
});
