// One program that takes part in a cell: started once, asked for a figure whenever it is its turn, ended with the cell.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const START_SECONDS = 300;

/** A program that speaks the protocol of benches/protocol.mjs over its standard input and output. */
export class Contender {
  #child;
  #lines = [];
  #waiting;
  #last = '';
  #ended;

  constructor(name, [command, args], { env = {}, cwd } = {}) {
    this.name = name;
    this.#child = spawn(command, [...args, '--serve'], { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdin.on('error', () => {});
    this.#child.stderr.on('data', (text) => {
      this.#last = (this.#last + text).slice(-2000);
    });
    this.#child.on('error', (error) => this.#end(error.message));
    this.#child.on('close', (code, signal) =>
      this.#end(`ended with ${signal ?? code}: ${this.#last.trim().split('\n').slice(-3).join(' | ')}`),
    );
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      this.#lines.push(JSON.parse(line));
      this.#waiting?.();
    });
  }

  #end(why) {
    this.#ended ??= why;
    this.#waiting?.();
  }

  async #answer(seconds) {
    const end = Date.now() + seconds * 1e3;
    while (this.#lines.length === 0) {
      if (this.#ended !== undefined) throw new Error(this.#ended);
      if (Date.now() > end) throw new Error(`no answer within ${seconds} s`);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, 1000);
        this.#waiting = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const answer = this.#lines.shift();
    if (answer.error) throw new Error(answer.error);
    return answer;
  }

  /** Waits until the program has built what it needs. */
  ready() {
    return this.#answer(START_SECONDS);
  }

  /** One measurement of `seconds`; zero builds the case and warms it up. */
  measure(params, seconds) {
    this.#child.stdin.write(`${JSON.stringify({ params, seconds })}\n`);
    return this.#answer(START_SECONDS + seconds);
  }

  /** Ends the program. */
  async stop() {
    this.#child.stdin.end();
    const killed = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    while (this.#ended === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
    clearTimeout(killed);
  }
}
