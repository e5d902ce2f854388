/**
 * The Linux kernel's own files, from Debian's packages linux-source-6.1 and linux-headers-amd64, for tests that take
 * them as input. Nothing of theirs is in this repository; where a package is missing the tests say SKIP and why.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface KernelTree {
  /** What `gcc` needs to preprocess the kernel's assembly. */
  readonly flags: readonly string[];
  /** A folder that holds arch/x86/entry/calling.h. */
  readonly entryDir: string;
}

const ROOT = 'linux-source-6.1';
const SOURCE = `/usr/src/${ROOT}.tar.xz`;
const CALLING = 'linux-source-6.1/arch/x86/entry/calling.h';

/** The tree, or in a word why there is none. */
export function kernelTree(): KernelTree | string {
  const headers = existsSync('/usr/src')
    ? readdirSync('/usr/src').filter((name) => /^linux-headers-6\.1\..*-amd64$/.test(name))
    : [];
  const generated = headers.sort().at(-1);
  if (generated === undefined) return 'the package linux-headers-amd64 is not installed';
  if (!existsSync(SOURCE)) return 'the package linux-source-6.1 is not installed';
  const built = join('/usr/src', generated);
  const common = built.replace(/-amd64$/, '-common');
  const unpacked = mkdtempSync(join(tmpdir(), 'entrylab-kernel-'));
  execFileSync('tar', ['--occurrence=1', '-C', unpacked, '-xJf', SOURCE, CALLING]);
  const entryDir = join(unpacked, 'linux-source-6.1/arch/x86/entry');
  const includes = [
    join(common, 'arch/x86/include'),
    join(built, 'arch/x86/include/generated'),
    join(common, 'include'),
    join(built, 'include'),
    join(common, 'arch/x86/include/uapi'),
    join(built, 'arch/x86/include/generated/uapi'),
    join(common, 'include/uapi'),
    join(built, 'include/generated/uapi'),
    entryDir,
  ];
  const first = ['compiler-version.h', 'kconfig.h'].flatMap((file) => [
    '-include',
    join(common, 'include/linux', file),
  ]);
  return {
    entryDir,
    flags: ['-nostdinc', ...includes.map((dir) => `-I${dir}`), ...first, '-D__KERNEL__', '-D__ASSEMBLY__', '-m64'],
  };
}

export interface KernelSources {
  /** Every .S below arch/x86, in order. */
  readonly files: readonly string[];
  /** What gcc needs for them. */
  readonly flags: readonly string[];
  /** Removes what was unpacked for it. */
  readonly dispose: () => void;
}

/** The assembler sources of arch/x86, unpacked; or in `unpacked` already. A word: why there are none. */
export function kernelSources(unpacked?: string): KernelSources | string {
  const tree = kernelTree();
  if (typeof tree === 'string') return tree;
  const temporary = unpacked === undefined ? mkdtempSync(join(tmpdir(), 'entrylab-kernel-')) : undefined;
  if (temporary !== undefined) {
    const parts = ['arch/x86', 'include', 'lib'].map((part) => `${ROOT}/${part}`);
    execFileSync('tar', ['-C', temporary, '-xJf', SOURCE, ...parts]);
  }
  const root = unpacked ?? join(temporary ?? '', ROOT);
  const x86 = join(root, 'arch/x86');
  const files = readdirSync(x86, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.S'))
    .sort()
    .map((name) => join(x86, name));
  const dispose = (): void => {
    rmSync(join(tree.entryDir, '../../../..'), { recursive: true, force: true });
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  };
  return { files, flags: [...tree.flags, '-DCC_USING_FENTRY', `-I${root}`, `-I${join(x86, 'boot')}`], dispose };
}
