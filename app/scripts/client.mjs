// Writes src/program, the client of the program, from idl/whittle.json by Codama.
//
//   node scripts/client.mjs          write it
//   node scripts/client.mjs --check  fail when it is not what the IDL gives
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFromRoot } from 'codama';
import { rootNodeFromAnchor } from '@codama/nodes-from-anchor';
import { renderVisitor } from '@codama/renderers-js';

const here = new URL('..', import.meta.url).pathname;
const committed = join(here, 'src/program');
const idl = JSON.parse(readFileSync(join(here, '../idl/whittle.json'), 'utf8'));

async function write(folder) {
  const visitor = renderVisitor(folder, {
    generatedFolder: '.',
    syncPackageJson: false,
    deleteFolderBeforeRendering: true,
  });
  await createFromRoot(rootNodeFromAnchor(idl)).accept(visitor);
  widen(join(folder, 'programs/whittle.ts'));
}

// The renderer names the type that `extendClient` had before kit 8 flattened it; without the name
// TypeScript finds the new one.
function widen(file) {
  const text = readFileSync(file, 'utf8');
  const named = /\): Omit<T, ["']whittle["']> & \{ whittle: WhittlePlugin \} => \{/;
  if (!named.test(text)) throw new Error(`${file}: the type that is widened here is no longer there`);
  writeFileSync(file, text.replace(named, ') => {'));
}

function files(folder) {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true });
  const names = found.filter((it) => it.isFile()).map((it) => join(it.parentPath, it.name));
  return new Map(names.map((name) => [name.slice(folder.length), readFileSync(name, 'utf8')]));
}

if (process.argv.includes('--check')) {
  // In this folder, so that it is formatted by the same rules.
  const folder = mkdtempSync(join(here, '.client-'));
  await write(folder);
  const [wanted, found] = [files(folder), files(committed)];
  rmSync(folder, { recursive: true });
  const names = new Set([...wanted.keys(), ...found.keys()]);
  const differing = [...names].filter((name) => wanted.get(name) !== found.get(name));
  if (differing.length > 0) {
    console.error(`src/program is not what idl/whittle.json gives: ${differing.join(', ')}`);
    console.error('run `npm run client` in app/ and commit what it writes');
    process.exit(1);
  }
} else {
  await write(committed);
}
