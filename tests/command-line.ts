/** Runs the command line as its users do: a bundle of the present source, a process of its own, no terminal. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { buildEngine } from '../tools/build-engine.ts';
import { bundleCommandLine } from '../tools/bundle.ts';

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `entrylab` with arguments, in a working directory. */
export interface CommandLine {
  (args: readonly string[], cwd?: string, env?: Readonly<Record<string, string>>): Ran;
  /** The bundle's path, for tests that start it themselves. */
  readonly path: string;
}

/** Bundles the command line into a temporary folder that goes when the process ends. */
export async function commandLine(): Promise<CommandLine> {
  const dir = mkdtempSync(join(tmpdir(), 'entrylab-cli-'));
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  if (!existsSync('src/engine/module.ts')) await buildEngine();
  await bundleCommandLine(dir, 'test', { entrylab: [['matrix', 'asm/cr3/restore_cr3.S', '--listing']] });
  const main = join(dir, 'main.cjs');
  const run = (args: readonly string[], cwd = process.cwd(), env: Readonly<Record<string, string>> = {}): Ran => {
    const { CI: _, UPDATE: __, ...rest } = process.env;
    const ran = spawnSync(process.execPath, [main, ...args], {
      cwd,
      encoding: 'utf8',
      env: { ...rest, ...env },
      maxBuffer: 1 << 28,
    });
    return { status: ran.status, stdout: ran.stdout, stderr: ran.stderr };
  };
  return Object.assign(run, { path: main });
}

/** Compares with a kept file; UPDATE=1 rewrites it, but never in CI, and a missing one fails. */
export function matchesGolden(path: string, text: string): void {
  if (process.env.UPDATE === '1') {
    assert.not.ok(process.env.CI, 'golden files are not rewritten in CI');
    writeFileSync(path, text);
  }
  assert.ok(existsSync(path), `${path} is missing; make it with UPDATE=1 and read it`);
  assert.fixture(text, readFileSync(path, 'utf8'));
}
