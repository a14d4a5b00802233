// The page from one end to the other, in a browser, against a local exchange that this script directs.
//
//   WHITTLE_STAGE=PROGRAM node e2e/run.mjs [part ...]      parts: story errors access budget
//
// `cargo xtask app e2e` builds what is needed and runs it. Any step that fails ends it: nothing is tried twice.
import { fileURLToPath } from 'node:url';
import { access } from './access.mjs';
import { openBrowser } from './browser.mjs';
import { budget } from './budget.mjs';
import { errors } from './errors.mjs';
import { startStage } from './stage.mjs';
import { story } from './story.mjs';

const PARTS = ['budget', 'story', 'errors', 'access'];

async function run() {
  const program = process.env.WHITTLE_STAGE;
  if (!program) throw new Error('WHITTLE_STAGE must name the program app_stage: run `cargo xtask app e2e`');
  const asked = process.argv.slice(2).filter((it) => PARTS.includes(it));
  const parts = asked.length === 0 ? PARTS : asked;
  const shots = process.env.WHITTLE_SHOTS ?? fileURLToPath(new URL('./shots', import.meta.url));

  const stage = await startStage(program);
  let browser = null;
  let doing = 'opening the browser';
  const step = async (name, work) => {
    doing = name;
    const begun = Date.now();
    const result = await work();
    refuseFaults(browser);
    console.log(`ok  ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
    return result;
  };
  try {
    browser = await openBrowser(shots);
    const means = { stage, browser, step, shots };
    if (parts.includes('budget')) await budget(means);
    // The others begin where the story ends: with pages that have something to show.
    const { trader, keeper } = await story(means);
    if (parts.includes('access')) await access(means, trader);
    if (parts.includes('errors')) await errors(means, { trader, keeper });
    doing = 'the end';
    refuseFaults(browser);
  } catch (error) {
    console.error(`FAILED  ${doing}`);
    await browser?.evidence(doing);
    throw error;
  } finally {
    await browser?.end();
    await stage.end();
  }
}

function refuseFaults(browser) {
  const faults = browser.people.flatMap((it) => it.faults.map((fault) => `${it.name}: ${fault}`));
  if (faults.length > 0) throw new Error(`the page logged errors:\n${faults.join('\n')}`);
}

// The stage ends with its input, and so it ends with this process, however that ends.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

run().then(
  () => {
    console.log('all steps passed');
  },
  (error) => {
    console.error(error instanceof Error ? error.stack : error);
    process.exitCode = 1;
  },
);
