import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseHexBytes } from '../../src/base/hex.ts';
import type { CpuModel } from '../../src/isa/cpu-model.ts';
import { MAX, ZEN4 } from '../../src/isa/cpu-models.ts';
import { decode } from '../../src/isa/decode.ts';
import { lower } from '../../src/uop/lower/lower.ts';
import { printUops, uopText } from '../../src/uop/print.ts';
import type { Uop } from '../../src/uop/uop.ts';
import { SAMPLE_IP, SAMPLES } from './samples.ts';

const test = suite('uop print');

function uopsOf(bytes: Uint8Array, model = MAX): readonly Uop[] {
  const decoded = decode(bytes, SAMPLE_IP, model);
  const lowered = decoded.kind === 'insn' ? lower(decoded.insn, model) : undefined;
  return lowered?.kind === 'uops' ? lowered.uops : [];
}

function check(hex: string, lines: readonly string[]): void {
  assert.equal(printUops(uopsOf(parseHexBytes(hex)!), SAMPLE_IP), lines);
}

test('a load and an addition', () => {
  check('48030425 00100000', [
    'ffffffff81000000.0  t0 = load.8 [0x1000]',
    'ffffffff81000000.1  rax = add.8 rax, t0  flags=OSZAPC',
  ]);
});

test('segments, addresses, handles, high bytes', () => {
  check('65674403 64b3f0', [
    'ffffffff81000000.0  t0 = load.4 [gs:rbx + rsi*4 - 0x10].4',
    'ffffffff81000000.1  r12 = add.4 r12, t0  flags=OSZAPC',
  ]);
  check('50', [
    'ffffffff81000000.0  h0 = probe.8 [ss:rsp - 0x8]',
    'ffffffff81000000.1  store.8 h0, rax',
    'ffffffff81000000.2  rsp = sub.8 rsp, 0x8',
  ]);
  check('88e7', ['ffffffff81000000.0  bh = mov.1 ah']);
});

test('flags that do not follow the operation', () => {
  const on = (hex: string, model: CpuModel): string | undefined => {
    const decoded = decode(parseHexBytes(hex)!, SAMPLE_IP, model);
    const lowered = decoded.kind === 'insn' ? lower(decoded.insn, model) : undefined;
    return lowered?.kind === 'uops' ? lowered.uops.map(uopText).join('; ') : undefined;
  };
  assert.is(on('66c1e003', ZEN4), 'rax = shl.2 rax, 0x3  flags=OSZAPC set=A');
  assert.is(on('66c1e003', MAX), 'rax = shl.2 rax, 0x3  flags=OSZAPC overflow=first');
  assert.is(on('660fa4d814', MAX), 'rax = shld.2 rax, rbx, 0x14  flags=OSZAPC overflow=first wrap');
  assert.is(on('f7e3', ZEN4), 'rdx:rax = mulu.4 rax, rbx  flags=OC');
  assert.is(on('f7e3', MAX), 'rdx:rax = mulu.4 rax, rbx  flags=OSZAPC clear=Z');
});

test('system and control', () => {
  check('0f22d8', ['ffffffff81000000.0  cpl0', 'ffffffff81000000.1  cr3 = rax']);
  check('0f23f8', ['ffffffff81000000.0  cpl0', 'ffffffff81000000.1  dr7 = rax']);
  check('7205', ['ffffffff81000000.0  jump 0xffffffff81000007 if b']);
  check('0f0b', ['ffffffff81000000.0  fault 6']);
});

/** The same whatever order the fields were written in. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return `${part}n`;
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });

test('different micro-ops print differently', () => {
  const byText = new Map<string, string>();
  for (const uop of SAMPLES.flatMap(({ bytes, model }) => uopsOf(bytes, model))) {
    const text = uopText(uop);
    const whole = canonical(uop);
    assert.is.not(text, '');
    assert.is(byText.get(text) ?? whole, whole, text);
    byText.set(text, whole);
  }
  assert.ok(byText.size > 500, `${byText.size} different micro-ops`);
});

test.run();
