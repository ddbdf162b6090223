import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.js';
import { dependenciesOf, taskId } from './dag.js';

const places = (count) => Array.from({ length: count }, (_, place) => place);

/** How each peer is given the tasks of the benchmark in a folder of its own, and run, two at a time. */
export const peerProjects = {
  wireit: {
    prepare(root, count) {
      const command = (place) => ({ command: '/bin/true', dependencies: dependenciesOf(place).map(taskId) });
      const wireit = Object.fromEntries(places(count).map((place) => [taskId(place), command(place)]));
      wireit.all = { dependencies: places(count).map(taskId) };
      const scripts = Object.fromEntries(Object.keys(wireit).map((name) => [name, 'wireit']));
      writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'bench', private: true, scripts, wireit }));
    },
    async run(root, { path }) {
      rmSync(join(root, '.wireit'), { recursive: true, force: true });
      // As `npm run all` calls it, without the time that npm takes.
      const env = {
        npm_lifecycle_event: 'all',
        npm_package_json: join(root, 'package.json'),
        npm_config_user_agent: 'npm',
        WIREIT_PARALLEL: '2',
        WIREIT_CACHE: 'none',
        WIREIT_LOGGER: 'quiet',
      };
      return (await run(process.execPath, [join(path, 'bin', 'wireit.js')], { cwd: root, env })).tookMs;
    },
  },
  nx: {
    prepare(root, count, { modules }) {
      symlinkSync(modules, join(root, 'node_modules'));
      writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'bench', private: true }));
      writeFileSync(join(root, 'nx.json'), JSON.stringify({ neverConnectToCloud: true }));
      for (const place of places(count)) {
        const folder = join(root, 'tasks', taskId(place));
        mkdirSync(folder, { recursive: true });
        const go = { executor: 'nx:run-commands', options: { command: '/bin/true' }, dependsOn: ['^go'], cache: false };
        const implicitDependencies = dependenciesOf(place).map(taskId);
        const project = { name: taskId(place), implicitDependencies, targets: { go } };
        writeFileSync(join(folder, 'project.json'), JSON.stringify(project));
      }
    },
    async run(root, { path }) {
      const env = { NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NX_TUI: 'false', CI: 'true' };
      const args = [join(path, 'dist', 'bin', 'nx.js'), 'run-many', '-t', 'go', '--parallel=2', '--skip-nx-cache'];
      return (await run(process.execPath, [...args, '--output-style=static'], { cwd: root, env })).tookMs;
    },
  },
  make: {
    prepare(root, count) {
      const rule = (place) => `${taskId(place)}: ${dependenciesOf(place).map(taskId).join(' ')}\n\t@/bin/true\n`;
      const all = places(count).map(taskId).join(' ');
      writeFileSync(join(root, 'Makefile'), `all: ${all}\n.PHONY: all ${all}\n${places(count).map(rule).join('')}`);
    },
    async run(root, { path }) {
      return (await run(path, ['-j2'], { cwd: root })).tookMs;
    },
  },
  ninja: {
    prepare(root, count) {
      const edge = (place) => `build ${taskId(place)}: go ${dependenciesOf(place).map(taskId).join(' ')}\n`;
      writeFileSync(join(root, 'build.ninja'), `rule go\n  command = /bin/true\n${places(count).map(edge).join('')}`);
    },
    async run(root, { path }) {
      rmSync(join(root, '.ninja_log'), { force: true });
      return (await run(path, ['-j2'], { cwd: root })).tookMs;
    },
  },
};
