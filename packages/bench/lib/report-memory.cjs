// Loaded before a program: tells the greatest memory it had resident, in kilobytes, in a file, when it ends.
const { writeFileSync } = require('node:fs');
process.on('exit', () => writeFileSync(process.env.GINKO_BENCH_MEMORY_FILE, String(process.resourceUsage().maxRSS)));
