// talray doctor: what works on this machine, and how to get what is missing. Works where the engine does not load.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineInfo } from '../index.js';
import { addonTarget } from '../platform/addon.js';
import { unreadVariables, variables } from '../platform/environment.js';
import { type Command, exit } from './command.js';
import { nearest } from './config/nearest.js';
import { columns } from './output.js';

export const command: Command = {
  name: 'doctor',
  summary: 'Says what works on this machine, and how to get what is missing',
  positionals: [],
  options: {},
  notes: `
The exit code is 1 where something that is needed is missing.`,
  async run(_given, output) {
    const { colors } = output;
    const checks = [nodeVersion(), ...(await engineChecks()), ...toolChecks()];
    const facts = machine();
    const missing = checks.filter(({ state }) => state === 'missing');
    const mark = { ok: colors.green('ok'), missing: colors.red('missing'), optional: colors.yellow('absent') };
    const lines = [
      columns(Object.entries(facts).map(([name, value]) => [name, String(value)])),
      '',
      columns(checks.map(({ state, name, found }) => [mark[state], name, found])),
      ...checks.filter(({ fix }) => fix !== undefined).map(({ name, fix }) => `\n${colors.bold(name)}: ${fix}`),
      ...(systemCommand(checks) === undefined ? [] : [`\n${colors.bold('system packages, in one command')}:\n  ${systemCommand(checks)}`]),
      '',
      missing.length === 0
        ? colors.green('Everything that is needed is here.')
        : colors.red(`Missing: ${missing.map(({ name }) => name).join(', ')}.`),
    ];
    output.result({ event: 'doctor', ...facts, checks, command: systemCommand(checks) ?? null }, lines.join('\n'));
    return missing.length === 0 ? exit.done : exit.failed;
  },
};

interface Check {
  readonly name: string;
  /** `optional`: not there, and only some work needs it. */
  readonly state: 'ok' | 'missing' | 'optional';
  readonly found: string;
  /** How to get it. */
  readonly fix?: string;
  /** The system package that has it, by package manager. */
  readonly packages?: Readonly<Record<string, string>>;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const isCheckout = existsSync(join(root, 'Cargo.toml'));

function machine(): Record<string, string | number> {
  const chosen = variables.filter((name) => process.env[name] !== undefined);
  const unread = unreadVariables(process.env);
  return {
    system: `${process.platform} ${release()} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    talray: (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
    installed: isCheckout ? `a checkout, ${root}` : root,
    environment: chosen.length === 0 ? 'no TALRAY_ variables are set' : chosen.map((name) => `${name}=${process.env[name]}`).join(' '),
    ...(unread.length === 0 ? {} : { unread: unread.map(meant).join(', ') }),
  };
}

/** A variable that nothing reads, with the one that it is perhaps to be. */
function meant(name: string): string {
  const known = nearest(name, variables);
  return known === undefined ? name : `${name} (is ${known} meant?)`;
}

function nodeVersion(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const name = 'Node 20.19 or newer';
  const found = process.versions.node;
  if (major > 20 || (major === 20 && minor >= 19)) return { name, state: 'ok', found };
  return { name, state: 'missing', found, fix: 'install a newer Node, for example with a version manager such as nvm or fnm' };
}

/** The engine, or why it does not load; then what it chose. */
async function engineChecks(): Promise<Check[]> {
  const target = addonTarget();
  let info: EngineInfo;
  try {
    info = (await import('../index.js')).engineInfo();
  } catch (error) {
    const misspelt = (error as { code?: unknown }).code === 'OPTION';
    const get = isCheckout ? 'npm run build' : `npm install @talray/${target}`;
    const fix = misspelt ? 'correct or unset the environment variable' : get;
    return [{ name: `engine for ${target}`, state: 'missing', found: (error as Error).message, fix }];
  }
  const wasm = info.backend === 'wasm';
  const wanted = process.env['TALRAY_THREADS'];
  const asWanted = wanted === undefined ? `one for each of ${availableParallelism()} cores` : 'as TALRAY_THREADS says';
  const threads = wasm && wanted !== String(info.threads) ? 'WebAssembly works on the calling thread' : asWanted;
  const asked = process.env['TALRAY_SIMD'];
  const level = asked === undefined ? 'the best that engine and processor share' : `TALRAY_SIMD=${asked}`;
  return [
    {
      name: `engine for ${target}`,
      state: 'ok',
      found: `${wasm ? 'WebAssembly' : 'native add-on'} (${info.reason}), version ${info.version}, op table ${info.ops}`,
    },
    { name: 'device cpu', state: 'ok', found: `in use: SIMD level ${info.simd}, ${level}` },
    { name: 'threads', state: 'ok', found: `${info.threads} (${threads})` },
    { name: 'device webgpu', state: 'optional', found: 'not in this build' },
    { name: 'device cuda', state: 'optional', found: 'not in this build' },
  ];
}

/** What building from a checkout takes. */
function toolChecks(): Check[] {
  if (!isCheckout) return [];
  const wanted = /rust-version = "([^"]+)"/.exec(readFileSync(join(root, 'Cargo.toml'), 'utf8'))?.[1] ?? '1.85';
  const rust = versionOf('rustc');
  const enough = rust !== undefined && atLeast(rust, wanted);
  const linker = process.platform === 'win32' ? 'link' : 'cc';
  return [
    {
      name: `Rust ${wanted} or newer`,
      state: enough ? 'ok' : 'missing',
      found: rust ?? 'not found',
      ...(enough
        ? {}
        : {
            fix:
              rust === undefined
                ? 'install rustup as https://rustup.rs says, then: rustup toolchain install stable'
                : 'rustup update stable',
          }),
    },
    existsSync(join(root, 'dist', 'wasm', 'talray_bg.wasm'))
      ? { name: 'WebAssembly engine', state: 'ok', found: 'built' }
      : { name: 'WebAssembly engine', state: 'optional', found: 'not built', fix: 'npm run build:wasm, which says what it lacks' },
    tool('C linker', linker, 'missing', {
      'apt-get': 'build-essential',
      dnf: 'gcc',
      pacman: 'base-devel',
      apk: 'build-base',
      brew: 'llvm',
    }),
    tool('Python 3 (golden values and peers)', 'python3', 'optional', {
      'apt-get': 'python3 python3-venv',
      dnf: 'python3',
      pacman: 'python',
      apk: 'python3',
      brew: 'python',
    }),
  ];
}

function tool(name: string, program: string, absent: 'missing' | 'optional', packages: Readonly<Record<string, string>>): Check {
  const version = versionOf(program);
  return version === undefined ? { name, state: absent, found: 'not found', packages } : { name, state: 'ok', found: version };
}

/** The first version in what `program --version` says. */
function versionOf(program: string): string | undefined {
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return status === 0 ? (/\d+(\.\d+)+/.exec(stdout)?.[0] ?? stdout.trim()) : undefined;
}

function atLeast(version: string, wanted: string): boolean {
  const [a, b] = [version, wanted].map((v) => v.split('.').map(Number)) as [number[], number[]];
  for (let i = 0; i < b.length; i++) if ((a[i] ?? 0) !== b[i]) return (a[i] ?? 0) > b[i]!;
  return true;
}

/** One command for all system packages that are missing, in the words of this system's package manager. */
function systemCommand(checks: readonly Check[]): string | undefined {
  const lacking = checks.filter(({ packages }) => packages !== undefined);
  if (lacking.length === 0) return undefined;
  const install: Readonly<Record<string, string>> = {
    'apt-get': 'sudo apt-get install -y',
    dnf: 'sudo dnf install -y',
    pacman: 'sudo pacman -S --needed',
    apk: 'sudo apk add',
    brew: 'brew install',
  };
  const manager = Object.keys(install).find((program) => versionOf(program) !== undefined);
  return manager === undefined ? undefined : [install[manager], ...lacking.map(({ packages }) => packages![manager])].join(' ');
}
