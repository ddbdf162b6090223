import type { Command } from 'commander';
import type { CommandContext, SetExitCode } from '../program.js';
import { examples } from './examples.js';

/** `ginko graph ...`. */
export function addGraphCommands(program: Command, exit: SetExitCode, context: CommandContext): void {
  const graph = program.command('graph').description('serve a graph, or look at the one of this project');
  graph
    .command('serve')
    .description('serve a graph for several machines, until it is told to end')
    .option('--listen <address>', 'address and port', '127.0.0.1:7420')
    .option('--database <file>', 'SQLite file on a local disk (default: .ginko/graph.db here)')
    .option('--behind-proxy', 'allow an address that others can reach; a proxy in front of it must speak TLS')
    .option('--allow-host <name>', "a host name that requests may give, such as the proxy's (repeatable)", collect, [])
    .option('--json', 'print one JSON document a line')
    .addHelpText(
      'after',
      examples(
        'ginko graph serve',
        'GINKO_GRAPH_TOKEN=... ginko graph serve --listen 127.0.0.1:7420 --database /srv/ginko/graph.db',
        'ginko graph serve --listen 0.0.0.0:7420 --behind-proxy --allow-host graph.example.org',
      ),
    )
    .action(async (options: GraphServeFlags) => {
      const { serveGraph } = await import('../commands/graph.js');
      const { listen, database, behindProxy, allowHost, json } = options;
      const flags = { listen, database, allowHost, behindProxy: behindProxy === true, json: json === true };
      exit(await serveGraph(flags, context));
    });
  graph
    .command('status')
    .description('whether the graph answers, accepts the token, and who runs an epic')
    .option('--epic <id>', 'also show the lease of this epic')
    .option('--offline', 'look at the embedded graph although another is configured')
    .option('--json', 'print one JSON document')
    .addHelpText('after', examples('ginko graph status', 'ginko graph status --epic EPIC-004 --json'))
    .action(async (options: { epic?: string; offline?: boolean; json?: boolean }) => {
      const { graphStatus } = await import('../commands/graph.js');
      const flags = { epic: options.epic, offline: options.offline === true, json: options.json === true };
      exit(await graphStatus(flags, context));
    });
  graph
    .command('token')
    .description('make, list and revoke the tokens of a graph that several machines share')
    .option('--name <name>', 'make a token of this name, and print it')
    .option('--scope <scope>', 'what it may do: orchestrator (run sprints), read, or admin', 'orchestrator')
    .option('--expires <duration>', 'how long it is good; a bare number is days (default: for ever)')
    .option('--list', 'show the tokens there are')
    .option('--revoke <name>', 'refuse this token from now on')
    .option('--offline', 'those of the embedded graph although another is configured')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      examples(
        'ginko graph token --name laptop',
        'ginko graph token --name wall-display --scope read --expires 30d',
        'ginko graph token --list',
        'ginko graph token --revoke laptop',
      ),
    )
    .action(async (flags: GraphTokenFlags) => {
      const { graphToken } = await import('../commands/graph-token.js');
      const { name, scope, expires, revoke, list, offline, json } = flags;
      const what = { name, scope, expires, revoke, isList: list === true };
      exit(await graphToken({ ...what, isOffline: offline === true, json: json === true }, context));
    });
  graph
    .command('export')
    .description('print what the graph has of an epic as one JSON document: state, later events, history')
    .option('--epic <id>', 'which epic (default: that of the active sprint)')
    .addHelpText('after', examples('ginko graph export', 'ginko graph export --epic EPIC-004 > epic.json'))
    .action(async ({ epic }: { epic?: string }) => {
      const { graphExport } = await import('../commands/graph-export.js');
      exit(await graphExport({ epic }, context));
    });
}

interface GraphTokenFlags {
  readonly name?: string;
  readonly scope: string;
  readonly expires?: string;
  readonly list?: boolean;
  readonly revoke?: string;
  readonly offline?: boolean;
  readonly json?: boolean;
}

interface GraphServeFlags {
  readonly listen: string;
  readonly database?: string;
  readonly behindProxy?: boolean;
  readonly allowHost: readonly string[];
  readonly json?: boolean;
}

const collect = (value: string, values: readonly string[]): readonly string[] => [...values, value];
