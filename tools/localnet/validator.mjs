// Starts Surfpool with the program in it, prints one line of JSON and runs until it is told to end.
//
//   node validator.mjs '{"modules": FOLDER, "program": FILE, "programId": ADDRESS, "slotMs": 400}'
//
// FOLDER holds node_modules. The line is {"rpc": URL, "ws": URL}, or {"error": TEXT}. It ends on
// SIGTERM, on SIGINT and when its input ends, which happens however its parent dies.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

function fail(error) {
  say({ error });
  process.exit(1);
}

function load(modules) {
  const libc = process.platform === 'linux' ? '-gnu' : '';
  const name = `@solana/surfpool-${process.platform}-${process.arch}${libc}`;
  try {
    return createRequire(join(modules, 'package.json'))(name).Surfnet;
  } catch (error) {
    return fail(`cannot load ${name} from ${modules}: ${error.message.split('\n')[0]}`);
  }
}

const options = JSON.parse(process.argv[2]);
const Surfnet = load(options.modules);
let net;
try {
  net = Surfnet.startWithConfig({
    offline: true,
    blockProductionMode: 'clock',
    slotTimeMs: options.slotMs,
  });
  net.deploy({ programId: options.programId, soPath: options.program });
} catch (error) {
  fail(String(error));
}

function end() {
  try {
    net.stop();
  } finally {
    process.exit(0);
  }
}
process.on('SIGTERM', end);
process.on('SIGINT', end);
process.stdin.on('end', end);
process.stdin.on('error', end);
process.stdin.resume();

// What nobody takes out of its queue of a thousand events brings it to a standstill.
setInterval(() => net.drainEvents(), 50);

say({ rpc: net.rpcUrl, ws: net.wsUrl });
