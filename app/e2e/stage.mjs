// The local exchange that the browser looks at: a process that obeys lines of JSON.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const START_MS = 120_000;
const ANSWER_MS = 120_000;
const END_MS = 15_000;

/** @param {string} program @param {string[]} args */
export async function startStage(program, args = []) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const said = [];
  const waiting = [];
  let ended = null;
  const fail = (why) => {
    ended ??= new Error(`the stage ended: ${why}\n${said.join('\n')}`);
    for (const it of waiting.splice(0)) it.reject(ended);
  };
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    if (said.length > 60) said.shift();
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    waiting.shift()?.resolve(JSON.parse(line));
  });
  child.on('error', (error) => fail(error.message));
  child.on('exit', (code, signal) => fail(`code ${code}, signal ${signal}`));
  // It may end while a line is written.
  child.stdin.on('error', () => undefined);

  const next = (what, ms) =>
    new Promise((resolve, reject) => {
      if (ended) return reject(ended);
      const late = setTimeout(() => {
        reject(new Error(`the stage did not answer ${what} within ${ms / 1000} s\n${said.join('\n')}`));
      }, ms);
      const settle = (done) => (value) => {
        clearTimeout(late);
        done(value);
      };
      waiting.push({ resolve: settle(resolve), reject: settle(reject) });
    });

  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.stdin.end();
    const late = setTimeout(() => child.kill('SIGKILL'), END_MS);
    await gone;
    clearTimeout(late);
  };

  let hello;
  try {
    hello = await next('at its start', START_MS);
  } catch (error) {
    await end();
    throw error;
  }
  return {
    url: hello.url,
    config: hello.config,
    end,
    /** Does one thing; answers what the stage says about it. */
    async tell(command) {
      const answer = next(JSON.stringify(command), ANSWER_MS);
      child.stdin.write(`${JSON.stringify(command)}\n`);
      const { ok, error, ...rest } = await answer;
      if (!ok) throw new Error(`the stage could not ${command.do}: ${error}`);
      return rest;
    },
    price(prices) {
      return this.tell({ do: 'price', prices });
    },
  };
}
