// Makes the engine small enough to travel: node shrink.mjs RAW.wasm OUT.wasm
//
// Crates of Solana export functions for JavaScript of their own from whatever is built with them. What
// is not reached from the engine's own functions goes.
import { readFileSync, writeFileSync } from 'node:fs';
import binaryen from 'binaryen';

const OURS = new Set(['memory', 'buffer', 'take', 'forget', 'call', 'reply']);

const [source, target] = process.argv.slice(2);
if (!source || !target) {
  console.error('usage: node shrink.mjs RAW.wasm OUT.wasm');
  process.exit(2);
}
const { Features } = binaryen;
const module = binaryen.readBinary(readFileSync(source));
// What rustc turns on for wasm32-unknown-unknown, and no more: every current browser has these.
module.setFeatures(
  Features.MutableGlobals |
    Features.SignExt |
    Features.NontrappingFPToInt |
    Features.BulkMemory |
    Features.BulkMemoryOpt |
    Features.ReferenceTypes |
    Features.CallIndirectOverlong |
    Features.Multivalue,
);
const names = Array.from(
  { length: module.getNumExports() },
  (_, place) => binaryen.getExportInfo(module.getExportByIndex(place)).name,
);
for (const name of OURS) if (!names.includes(name)) throw new Error(`${source} does not export ${name}`);
for (const name of names) if (!OURS.has(name)) module.removeExport(name);
module.runPasses(['remove-unused-module-elements', 'strip-debug', 'strip-producers']);
binaryen.setOptimizeLevel(2);
binaryen.setShrinkLevel(2);
module.optimize();
module.runPasses(['remove-unused-module-elements']);
if (!module.validate()) throw new Error('the shrunk module is not valid');
writeFileSync(target, module.emitBinary());
