/** The commands as their users run them: output, JSON, exit status. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { commandLine } from '../command-line.ts';

const test = suite('command line');
const entrylab = await commandLine();
const RESTORE = 'asm/cr3/restore_cr3.S';
const DR7 = 'asm/debugreg/dr7_cost.S';

const dir = mkdtempSync(join(tmpdir(), 'entrylab-cli-test-'));
test.after(() => rmSync(dir, { recursive: true, force: true }));

const write = (name: string, text: string | Uint8Array): string => {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
};

/** Runs, expects a status, returns standard output. */
function output(args: readonly string[], status = 0): string {
  const ran = entrylab(args);
  assert.is(ran.status, status, `${args.join(' ')}: ${ran.stderr}${ran.stdout.slice(-500)}`);
  return ran.stdout;
}

const json = (args: readonly string[], status = 0) => JSON.parse(output([...args, '--json'], status));

test('matrix of RESTORE_CR3: what the patch saves, and what it does not restore', () => {
  const { runs, varied, groups } = json(['matrix', RESTORE]);
  assert.equal(varied, ['PTI', 'PCID']);
  assert.equal(groups, ['saved', 'loaded', 'flush']);
  assert.is(runs.length, 144);
  interface Run {
    entry: string;
    features: string[];
    states: Record<string, string>;
    cr3Writes: number;
    cr3Flushes: number;
    verdict: string;
    cr3Name: string;
    flushMask: string;
  }
  const of = (entry: string, features: string, saved: string, loaded: string, flush: string): Run =>
    runs.find(
      (r: Run) =>
        r.entry === entry &&
        r.features.join() === features &&
        r.states.saved === saved &&
        r.states.loaded === loaded &&
        r.states.flush === flush,
    );
  // A saved kernel half: the old macro writes, with no-flush; the patch doesn't.
  const before = of('before', 'PTI,PCID', 'kernel', 'kernel', 'none');
  assert.equal([before.cr3Writes, before.cr3Flushes, before.verdict], [1, 0, 'ok']);
  for (const variant of ['patch', 'btr']) {
    assert.equal([of(variant, 'PTI,PCID', 'kernel', 'kernel', 'none').cr3Writes], [0]);
    // … and so does not bring back what a handler that switched mm has replaced.
    const other = of(variant, 'PTI,PCID', 'kernel', 'other', 'none');
    assert.equal([other.verdict, other.cr3Name], ['known', 'kernel(2)']);
    // A pending flush is done and struck off.
    const pending = of(variant, 'PTI,PCID', 'user', 'kernel', 'pending');
    assert.equal([pending.cr3Flushes, pending.flushMask, pending.verdict], [1, '0x8', 'ok']);
  }
});

test('matrix draws equal rows together, or all of them', () => {
  const rows = (text: string): number => text.split('\n').filter((line) => /^ (before|patch|btr) /.test(line)).length;
  const merged = rows(output(['matrix', RESTORE]));
  assert.ok(merged < 40 && merged > 20, `${merged} rows`);
  assert.is(rows(output(['matrix', RESTORE, '--all'])), 144);
});

test('figures of several runs say whose they are, and only xfails that covered a run are told', () => {
  const program = write(
    'shows.S',
    '//@ entry a\n//@ entry b\n//@ show rax: rax -- the note\n//@ expect one: rax == 1\n' +
      '//@ xfail one: entry.b -- b is two\n//@ xfail one: 0 -- never\n' +
      '\t.globl a, b\na:\tmov $1, %eax\n\tret\nb:\tmov $2, %eax\n\tret\n',
  );
  const text = output(['matrix', program]);
  assert.match(text, /^--entry a:\nrax +1 {2}the note\n\n--entry b:\nrax +2 {2}the note$/m);
  assert.match(text, /^xfail {2}one: b is two$/m);
  assert.not.match(text, /never/);
});

test('matrix --vary and --entry stand in for a header', () => {
  const object = join(dir, 'headless.o');
  execFileSync('gcc', ['-c', RESTORE, '-o', object]);
  const { runs, varied } = json(['matrix', object, '--vary', 'PCID', '--entry', 'restore_btr']);
  assert.equal(varied, ['PCID']);
  assert.equal(
    runs.map((run: { entry: string; outcome: string }) => [run.entry, run.outcome]),
    [
      ['restore_btr', 'returned'],
      ['restore_btr', 'returned'],
    ],
  );
  assert.match(
    entrylab(['matrix', object, '--entry', 'nowhere']).stderr,
    /^--entry: Error: no symbol `nowhere' to enter$/m,
  );
});

test('run prints a trace in fixed columns, with the alternatives marked', () => {
  const text = output(['run', RESTORE, '--features', 'PTI,PCID', '--state', 'saved=user,flush=pending', '--trace']);
  assert.match(text, /^ffffffff81000000 {2}restore_before {10}xchg {3}%ax,%ax \{PTI\}$/m);
  assert.match(text, /mov {4}%r14,%cr3 .* cr3=0x[0-9a-f]+ \(user\(1\), flush\)$/m);
  assert.match(
    text,
    /^returned after 12 instructions, \d+ cycles\nCR3 user\(1\); CR3 writes 1 flush; TLB entries lost \d+; flush mask 0xc -> 0x8$/m,
  );
});

test('run --uops lists micro-ops below each instruction, addressed rip.n', () => {
  const text = output(['run', RESTORE, '--features', 'PTI,PCID', '--trace', '--uops']);
  assert.match(text, /^ffffffff81000032 .*mov {4}%r14,%cr3.*\n {4}ffffffff81000032\.0 .*\n {4}.*1 .*cr3.*r14/m);
});

test('run --json has the trace, the states and the verdict', () => {
  const run = json(['run', RESTORE, '--features', 'PTI', '--state', 'saved=user', '--trace', '--uops']);
  assert.equal(run.features, ['PTI']);
  assert.equal(run.states, { saved: 'user', loaded: 'kernel', flush: 'none' });
  assert.is(run.verdict, 'ok');
  assert.is(run.trace.length, run.instructions);
  assert.ok(run.trace.every((step: { uops?: string[]; text: string }) => step.text.length > 0));
  assert.equal(run.trace[0].alternative.feature, 'PTI');
  assert.equal(run.trace.at(-1).text.trim(), 'ret');
});

test('a kernel that believes in PCID on a CPU without it runs into #GP, and the report says whence', () => {
  const text = output(['run', RESTORE, '--features', 'PTI,PCID', '--cpu', '-pcid', '--state', 'saved=user'], 1);
  assert.match(text, /^#GP\(0x0\) at restore_before\+0x32: .*bit 63.*PCIDE/m);
  assert.match(text, /instruction {2}ffffffff81000032 {2}mov {4}%r14,%cr3/);
  assert.match(text, /source .*calling\.inc:\d+\n.*restore_cr3\.S:\d+: {2}Info: macro invoked from here: RESTORE_CR3/);
  assert.match(text, /put there for PCID at restore_before\+0x2, from .*restore_cr3\.S:\d+/);
  assert.match(text, / cr3 0000/);
});

/** The first letters of CPUID's vendor. */
const WHO = `//@ cpu     skylake,-pcid
//@ show    vendor: rbx
//@ expect  nopcid: !cpu.pcid
\t.section .entry.text, "ax"
\t.globl start
start:
\txor %eax, %eax
\tcpuid
\tret
`;

test('--cpu takes a model instead of the header’s, or changes on top; runs say which', () => {
  const file = write('who.S', WHO);
  const vendor = (name: string): number => Buffer.from(name).readUInt32LE();
  const ran = (...args: string[]): string => output(['run', file, ...args], args.at(-1) === 'zen4' ? 1 : 0);
  assert.match(ran(), /^start {2}features none {2}cpu skylake,-pcid\n/);
  assert.match(ran(), new RegExp(`vendor +${vendor('Genu')}\\b`));
  assert.match(ran('--cpu', '+umip'), /cpu skylake,-pcid,\+umip\n/);
  assert.match(ran('--cpu', 'zen4'), /cpu zen4\n/);
  assert.match(ran('--cpu', 'zen4'), new RegExp(`vendor +${vendor('Auth')}\\b`));
  assert.match(ran('--cpu', 'zen4', '--cpu', '-pcid'), /cpu zen4,-pcid\n/);
  assert.is(json(['run', file]).cpu, 'skylake,-pcid');
  assert.is(json(['matrix', file, '--cpu', 'max,-pcid']).cpu, 'max,-pcid');
  assert.is(json(['run', RESTORE, '--features', 'PTI']).cpu, 'max');
  assert.match(output(['matrix', file]), /\n1 run on skylake,-pcid: 1 as expected/);
});

test('test runs under another CPU with --cpu, which rewrites no golden', () => {
  const file = write('who-test.S', WHO);
  assert.match(output(['test', file]), /^ok 1 /m);
  assert.match(output(['test', file, '--cpu', 'zen4'], 1), /^not ok 1 .*\n# .*nopcid/m);
  const { status, stderr } = entrylab(['test', file, '--cpu', 'zen4', '--update']);
  assert.is(status, 2);
  assert.match(stderr, /golden traces/);
});

test('--cpu help lists models and features, whatever the command and without a file', () => {
  const text = output(['run', '--cpu', 'help']);
  for (const name of ['max', 'skylake', 'zen4', 'pcid', 'bmi2']) assert.match(text, new RegExp(`^ ${name} `, 'm'));
  assert.match(text, /^ umip .* all but haswell, broadwell, skylake$/m);
  assert.is(output(['matrix', RESTORE, '--cpu', 'help']), text);
  assert.is(output(['test', '--cpu', 'help']), text);
});

test('the alternative itself is named where the faulting instruction came out of one', () => {
  const file = write(
    'alt.S',
    `#include "${process.cwd()}/asm/include/calling.inc"
\t.section .entry.text, "ax"
\t.globl start
start:
\tmov %cr3, %rax
\tbts $63, %rax
\tALTERNATIVE "", "mov %rax, %cr3", X86_FEATURE_PCID
\tret
`,
  );
  assert.match(
    output(['run', file, '--features', 'PCID', '--cpu', '-pcid'], 1),
    /alternative {2}put there for PCID at start\+0x8, from .*alt\.S:7/,
  );
});

test('the DR7 benchmark prints our figures beside the five of the thread', () => {
  const text = output(['run', DR7]);
  const figures = [...text.matchAll(/^(\w+) +(\d+) {2}thread: (\d+)$/gm)].map(
    ([, name, ours, theirs]) => [name, Number(ours), Number(theirs)] as const,
  );
  assert.equal(
    figures.map(([name, , theirs]) => [name, theirs]),
    [
      ['empty', 3820],
      ['read', 8224],
      ['write', 45516],
      ['miss', 35560],
      ['hit', 4800],
    ],
  );
  for (const [name, ours, theirs] of figures)
    assert.ok(ours > theirs / 2 && ours < theirs * 2, `${name}: ${ours} against ${theirs}`);
});

test('as writes an object that binutils reads, and a listing', () => {
  const object = join(dir, 'restore.o');
  output(['as', RESTORE, '-o', object]);
  assert.match(execFileSync('objdump', ['-d', object]).toString(), /<restore_btr>:/);
  assert.match(output(['as', RESTORE, '--listing']), /^ *\d+ [0-9a-f]{4} 490FBAE6 \t> {2}bt \$/m);
});

test('as --defsym defines symbols before the first line, and refuses what is no definition', () => {
  const source = join(dir, 'defsym.s');
  const object = join(dir, 'defsym.o');
  writeFileSync(source, '.byte x, y\nx = 5\n.byte x\n');
  output(['as', source, '--defsym', 'x=0x10', '--defsym', 'y=-1', '-o', object]);
  assert.match(execFileSync('objdump', ['-s', '-j', '.text', object]).toString(), / 0000 10ff05 /);
  for (const bad of ['x', 'x=', '1x=2', 'x=08', 'x=y']) {
    const { status, stderr } = entrylab(['as', source, '--defsym', bad, '-o', object]);
    assert.is(status, 2, bad);
    assert.is(stderr, `entrylab: bad defsym ${bad}; format is --defsym name=value\n`);
  }
});

test('as writes to what is no file as it is', () => {
  const { status } = entrylab(['as', RESTORE, '-o', '/dev/null']);
  assert.is(status, 0);
  assert.ok(statSync('/dev/null').isCharacterDevice());
});

test('an object that cannot be written is an error, and nothing is left behind', () => {
  const path = join(dir, 'no-such-folder', 'x.o');
  const { status, stderr } = entrylab(['as', RESTORE, '-o', path]);
  assert.is(status, 2);
  assert.is(stderr, `entrylab: can't create ${path}: no such file or directory\n`);
});

test('objects by gcc and raw bytes run too', () => {
  const object = join(dir, 'gcc.o');
  execFileSync('gcc', ['-c', RESTORE, '-o', object]);
  const args = ['--features', 'PTI,PCID', '--state', 'saved=user'];
  const ours = json(['run', RESTORE, ...args]);
  const theirs = json(['run', object, '--scenario', RESTORE, ...args]);
  assert.equal({ ...theirs, file: '' }, { ...ours, file: '' });
  const raw = write('raw.bin', Uint8Array.of(0xb8, 0x2a, 0, 0, 0, 0xc3));
  assert.match(output(['run', raw, '--trace']), /mov {4}\$0x2a,%eax +rax=0x2a/);
});

test('disasm shows the patched image, one function, or JSON', () => {
  const text = output(['disasm', RESTORE, '--features', 'PTI', '--symbol', 'restore_before', '--patches', '--lines']);
  assert.match(
    text,
    /^ffffffff81000000 <restore_before>:\n; .*alternative\.inc:\d+ < ALTERNATIVE at .*RESTORE_CR3 at/m,
  );
  assert.match(text, /^alt +0 {2}restore_before +PTI +patched +eb 34 -> 66 90; 2 nops merged$/m);
  assert.match(text, /^alt +1 {2}restore_before\+0x2 +PCID +kept \(not set\)/m);
  assert.not.match(text, /<restore_patch>:/);
  const { code } = json(['disasm', RESTORE]);
  assert.ok(code.length > 30);
});

test('test checks expectations and goldens; an unmet one is exit status 1, with the reason', () => {
  assert.match(output(['test', 'asm']), /^TAP version 13\n1\.\.\d+\nok 1 - /);
  const program = join(dir, 'prog');
  execFileSync('mkdir', ['-p', program]);
  writeFileSync(
    join(program, 'p.S'),
    '//@ expect  answer: rax == 43\n//@ golden one:\n\t.globl start\nstart:\n\tmov $42, %eax\n\tret\n',
  );
  const golden = join(dir, 'golden');
  const missing = output(['test', program, '--golden', golden], 1);
  assert.match(missing, /not ok 1 - .*matrix of 1 run\n# --entry start: FAIL answer/);
  assert.match(missing, /not ok 2 - .*\n# no golden trace/);
  const updated = entrylab(['test', program, '--golden', golden, '--update']);
  assert.is(updated.status, 1);
  const trace = join(golden, 'p', 'one.trace');
  assert.match(readFileSync(trace, 'utf8'), /mov {4}\$0x2a,%eax +rax=0x2a/);
  writeFileSync(trace, readFileSync(trace, 'utf8').replace('0x2a,%eax', '0x2b,%eax'));
  assert.match(
    output(['test', program, '--golden', golden], 1),
    /# first difference in line 2:\n# {3}# start .*\n# - .*0x2b,%eax.*\n# \+ .*0x2a,%eax/,
  );
  const refused = entrylab(['test', program, '--golden', golden, '--update'], process.cwd(), { CI: 'true' });
  assert.is(refused.status, 2);
});

test('budgets and memory bound every run', () => {
  const loop = write('loop.S', '\t.globl start\nstart:\n\tjmp start\n');
  assert.match(
    output(['run', loop, '--max-insns', '1000'], 1),
    /stopped at start: the instruction budget is used up[\s\S]*after 1000 instructions/,
  );
  const huge = write('huge.S', '\t.bss\n\t.skip 64 << 20\n\t.text\nstart:\n\tret\n');
  const ran = entrylab(['run', huge]);
  assert.is(ran.status, 2);
  assert.match(ran.stderr, /8192 KiB of memory are too few for this program \(see --mem\)/);
});

test('a reader that goes away ends the run', () => {
  const loop = write('endless.S', '\t.globl start\nstart:\n\tjmp start\n');
  const command = `${process.execPath} ${entrylab.path} run ${loop} --trace --max-insns 1000000000 | head -1`;
  const text = execFileSync('sh', ['-c', command], { timeout: 60_000 }).toString();
  assert.match(text, /^ffffffff81000000 {2}start +jmp/);
});

test('a reader of messages that goes away changes no exit status', () => {
  const bad = write('many.S', '\tno_such_instruction\n'.repeat(20_000));
  const command = `exec 3>&1; (${process.execPath} ${entrylab.path} as ${bad} 2>&1; echo $? >&3) | head -1 >/dev/null`;
  assert.is(execFileSync('sh', ['-c', command], { timeout: 60_000 }).toString(), '2\n');
});

test('no colours when piped', () => {
  assert.not.ok(output(['matrix', RESTORE]).includes('\u001b['));
});

test('nothing but what was asked for is written', () => {
  const before = readdirSync('.').sort();
  output(['as', RESTORE, '--listing']);
  assert.equal(readdirSync('.').sort(), before);
  assert.not.ok(existsSync('asm/cr3/restore_cr3.o'));
});

test('as -E prints what the preprocessor leaves, with and without markers', () => {
  write('one.h', '#pragma once\nONE VALUE\n');
  const source = write('e.S', '#include <one.h>\n#include <one.h>\n\n\nnop VALUE __i386__\n');
  const options = ['-I', dir, '-DVALUE=1', '-UVALUE', '-DVALUE=2', '-m32'];
  assert.is(output(['as', '-E', '-P', ...options, source]), 'ONE 2\nnop 2 1\n');
  const marked = output(['as', '-E', ...options, source]);
  assert.is(
    marked,
    [`# 0 "${source}"`, '# 0 "<built-in>"', '# 0 "<command-line>"', `# 1 "${source}"`, `# 1 "${dir}/one.h" 1`]
      .concat(['', 'ONE 2', `# 2 "${source}" 2`, '', '', '', 'nop 2 1', ''])
      .join('\n'),
  );
  const bad = entrylab(['as', '-E', write('bad.S', 'nop\n#error no\n#if 1/0\n#endif\n')]);
  assert.is(bad.status, 2);
  assert.is(bad.stdout, '');
  assert.match(bad.stderr, /bad\.S:2: Error: #error no\n.*bad\.S:3: Error: division by zero in #if\n/);
});

test.run();
