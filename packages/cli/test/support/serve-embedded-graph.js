// serve-embedded-graph <root>: serves the embedded graph of a working copy until it is killed.
import { startEmbeddedGraph } from '../../dist/lib/perform/embedded-graph.js';

const [root] = process.argv.slice(2);
const started = await startEmbeddedGraph({ root });
if (!started.ok) throw new Error(started.failure.message);
console.log('serving');
setInterval(() => undefined, 60_000);
