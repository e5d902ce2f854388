/**
 * Writes tests/uop/samples/forms.txt: every form that lowers, found by decoding all opcodes under all prefixes with a register
 * and with a memory operand, the operands that are special, assembled by GNU as, and what is left of every-form.ts. Run it
 * after a change of the lowering and read the diff.
 *
 *     npx tsx tools/uop-samples.ts
 *
 * And samples/forms32.txt: the same sweep read as 32-bit code.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hexBytes } from '../src/base/hex.ts';
import type { CpuModel } from '../src/isa/cpu-model.ts';
import { MAX, ZEN4 } from '../src/isa/cpu-models.ts';
import { decode } from '../src/isa/decode.ts';
import type { Insn } from '../src/isa/insn.ts';
import { printInsn } from '../src/isa/print.ts';
import { lower } from '../src/uop/lower/lower.ts';
import { uopText } from '../src/uop/print.ts';
import type { Uop } from '../src/uop/uop.ts';
import { SAMPLE_IP, SAMPLE_IP_32, SAMPLES_32_FILE, SAMPLES_FILE } from '../tests/uop/samples.ts';
import { everyForm } from './every-form.ts';

const PREFIXES = [
  '',
  '48',
  '66',
  'f3',
  'f348',
  '66f3',
  'f2',
  'f248',
  '66f2',
  'f0',
  'f048',
  '66f0',
  '6648',
  '67',
  '67f3',
  '67f2',
];
const MAPS = ['', '0f', '0f38', '0f01'];
/** rsi, which is dh without REX, before the others; groups need all eight. */
const REG_FIELDS = [6, 1, 0, 2, 3, 4, 5, 7];
const IMMEDIATE = '0500000000000000';

/** Prefixes that would hide the opcode behind them. */
const HIDING = /^(26|2e|36|3e|4[0-9a-f]|6[4567]|f[023])$/;

const HIDING_32 = /^(26|2e|36|3e|6[4567]|f[023])$/;
const PREFIXES_32 = ['', '66', 'f3', '66f3', 'f2', 'f0', '67'];

/** ModRM and what follows: rbx (rax for the fences, which objdump knows only so), then 0x40(%rbx,%rsi,4). */
const tails = (field: number, opcode: number): string[] => [
  byte(0xc0 | (field << 3) | (opcode === 0xae ? 0 : 3)) + IMMEDIATE,
  `${byte(0x44 | (field << 3))}b340${IMMEDIATE}`,
];

const byte = (value: number): string => value.toString(16).padStart(2, '0');
const fromHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

/** Operands that the sweep over opcodes doesn't meet. */
const SPECIAL = `
  push %rsp; pop %rsp; push %sp; pop %sp; popq 8(%rsp); popq (%rsp); pushq (%rsp); pushq %gs:8; popq %fs:8
  call *%rsp; jmp *%rsp; call *8(%rsp); xchg %rsp,(%rsp); mov %ah,%bh; mov %r9b,%al; xchg %ah,%al; xchg %ch,(%rdx)
  movzbl %ah,%ecx; movsbl %bh,%edx; mul %ch; div %ah; idiv %dh; cmpxchg %ecx,%eax; cmpxchg %ecx,%edx; cmpxchg %r8,(%r9)
  xadd %eax,%eax; mov %gs:0x1000(,%rax,8),%rbx; mov %gs:6(%rip),%rdx; mov %fs:(%rbp),%rax; add $1,%rsp; lea 8(%rip),%rax
  lea 8(%esi,%edi,2),%eax; mov 8(%esi),%rax; mov %rax,-8(%rsp); mov %rax,-8(%rbp); mov %rax,-8(%rbp,%rcx,2)
  movabs 0x1122334455667788,%al; movabs %rax,0x1122334455667788; movabs $0x1122334455667788,%rax; mov 0xffffffff81000000,%eax
  bt %rcx,8(%rax); bt %cx,8(%rax,%rdx,2); bts %ecx,%gs:8(%rax); lock btr %rcx,(%rax,%rdx,8); lock btcq $5,%gs:8; bt %rax,(%esi,%edi)
  ret $16; enter $16,$0; enter $16,$1; enter $16,$2; enter $16,$31; enterw $8,$3; mov %cr0,%rax; mov %cr2,%r14; mov %cr3,%rax; mov %r14,%cr3; mov %cr4,%rcx; mov %rcx,%cr4
  mov %cr8,%rax; mov %db0,%rax; mov %rax,%db0; mov %db6,%rax; mov %db7,%rax; mov %rax,%db7
  invlpg %gs:8; invpcid (%rsp),%rcx; clflush %gs:8; rep stosq; rep movsb %gs:(%rsi),(%rdi); lodsb %fs:(%rsi)
  andnl %ecx,%ebx,%eax; andnl 8(%rsi),%ebx,%eax; blsrl %ecx,%eax; blsrl 8(%rsi),%eax; blsmskl %ecx,%eax
  blsmskl 8(%rsi),%eax; blsil %ecx,%eax; blsil 8(%rsi),%eax; rorxl $5,%ecx,%eax; rorxl $5,8(%rsi),%eax
  sarxl %ecx,%ebx,%eax; sarxl %ecx,8(%rsi),%eax; shlxl %ecx,%ebx,%eax; shlxl %ecx,8(%rsi),%eax
  shrxl %ecx,%ebx,%eax; shrxl %ecx,8(%rsi),%eax; bzhil %ecx,%ebx,%eax; bzhil %ecx,8(%rsi),%eax
  mulxl %ecx,%ebx,%eax; mulxl 8(%rsi),%ebx,%eax; andnq %rcx,%rbx,%rax; andnq 8(%rsi),%rbx,%rax; blsrq %rcx,%rax
  blsrq 8(%rsi),%rax; blsmskq %rcx,%rax; blsmskq 8(%rsi),%rax; blsiq %rcx,%rax; blsiq 8(%rsi),%rax
  rorxq $5,%rcx,%rax; rorxq $5,8(%rsi),%rax; sarxq %rcx,%rbx,%rax; sarxq %rcx,8(%rsi),%rax; shlxq %rcx,%rbx,%rax
  shlxq %rcx,8(%rsi),%rax; shrxq %rcx,%rbx,%rax; shrxq %rcx,8(%rsi),%rax; bzhiq %rcx,%rbx,%rax
  bzhiq %rcx,8(%rsi),%rax; mulxq %rcx,%rbx,%rax; mulxq 8(%rsi),%rbx,%rax
  xlat %gs:(%rbx); in %dx,%al; out %eax,%dx; shl %cl,%ecx; shld %cl,%rcx,%rcx; imul $-1,(%rsp),%rax; not %spl; bswap %r12
`;

/** An instruction of an extension that no model has: one #UD is like another. */
const isUndefined = ({ mnemonic }: Insn, [first]: readonly Uop[]): boolean =>
  first?.op === 'fault' && !/^ud[012]$/.test(mnemonic);

interface Found {
  readonly insn: Insn;
  readonly model: CpuModel;
  readonly uops: readonly string[];
}

function main(): void {
  writeSamples(SAMPLES_FILE, SAMPLE_IP, found64());
  writeSamples(SAMPLES_32_FILE, SAMPLE_IP_32, found32());
}

/** One sample of each form and kind of operand, and of what 64-bit mode doesn't have. */
function found32(): Map<string, Found> {
  const found = new Map<string, Found>();
  for (const bytes of sweep(32)) {
    const decoded = decode(bytes, SAMPLE_IP_32, { mode: 32 });
    if (decoded.kind !== 'insn') continue;
    const { insn } = decoded;
    const memory = insn.operands.some((operand) => operand.kind === 'mem');
    const key = [insn.form, memory, insn.lock, insn.addressSize === 2 && memory].join(' ');
    if (found.has(key) || variantOf({ ...insn, addressSize: 8 }) === undefined) continue;
    const lowered = lower(insn, MAX);
    if (lowered.kind !== 'uops' || isUndefined(insn, lowered.uops)) continue;
    found.set(key, { insn, model: MAX, uops: lowered.uops.map(uopText) });
  }
  return found;
}

function found64(): Map<string, Found> {
  const found = new Map<string, Found>();
  const consider = (bytes: Uint8Array, special = false, model = MAX): void => {
    const decoded = decode(bytes, SAMPLE_IP, model);
    if (decoded.kind !== 'insn' && special) throw new Error(`not decoded: ${hexBytes(bytes)}`);
    if (decoded.kind !== 'insn') return;
    const { insn } = decoded;
    const key = special ? `special ${hexBytes(insn.bytes)}` : variantOf(insn);
    if (key === undefined || found.has(key)) return;
    const lowered = lower(insn, model);
    if (lowered.kind === 'uops' && isUndefined(insn, lowered.uops)) return;
    if (lowered.kind === 'uops') found.set(key, { insn, model, uops: lowered.uops.map(uopText) });
    else if (special) throw new Error(`not lowered: ${printInsn(insn)}`);
  };
  for (const bytes of sweep()) consider(bytes);
  for (const bytes of assemble(SPECIAL)) consider(bytes, true);
  for (const { samples, model } of everyForm()) for (const { bytes } of samples) consider(bytes, false, model);
  return found;
}

function writeSamples(file: URL, ip: bigint, found: ReadonlyMap<string, Found>): void {
  const blocks = [...found.values()].map(({ insn, model, uops }) => {
    const head = [hexBytes(insn.bytes), insn.form, printInsn(insn), ...(model === ZEN4 ? ['amd'] : [])].join('\t');
    return [head, ...uops.map((line) => `    ${line}`)].join('\n');
  });
  writeFileSync(
    file,
    `# Made by tools/uop-samples.ts; the addresses are those at ${ip.toString(16)}.\n${blocks.join('\n')}\n`,
  );
  console.log(`${found.size} samples of ${new Set([...found.values()].map(({ insn }) => insn.form)).size} forms`);
}

function* sweep(mode: 64 | 32 = 64): Generator<Uint8Array> {
  for (const map of MAPS) {
    for (let opcode = 0; opcode < 256; opcode++) {
      if (map === '' && (mode === 64 ? HIDING : HIDING_32).test(byte(opcode))) continue;
      for (const prefix of mode === 64 ? PREFIXES : PREFIXES_32) {
        for (const field of REG_FIELDS)
          for (const tail of tails(field, opcode)) yield fromHex(prefix + map + byte(opcode) + tail);
      }
    }
  }
}

/** Their address size is part of the form. */
const BY_ADDRESS_SIZE = /^(Monitorx?|Clzero)d$|_r32_m512$|^Umonitor_r32$/;

/** One sample for each of these; undefined where the prefix changes nothing that is worth a sample. */
function variantOf(insn: Insn): string | undefined {
  const memory = insn.operands.some((operand) => operand.kind === 'mem');
  const string = insn.rep !== 'none';
  const byAddressSize = /^(loop|j[re]cxz|(movs|cmps|stos|lods|scas)[bwdq]$)/.test(insn.mnemonic);
  if (insn.addressSize === 4 && !byAddressSize && !BY_ADDRESS_SIZE.test(insn.form)) return undefined;
  if (string && !/^(movs|cmps|stos|lods|scas|ins|outs)[bwdq]$/.test(insn.mnemonic)) return undefined;
  return [insn.form, memory, insn.lock, insn.rep, insn.addressSize].join(' ');
}

function assemble(text: string): Uint8Array[] {
  const statements = text
    .split(/[;\n]/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
  const folder = mkdtempSync(join(tmpdir(), 'uop-samples-'));
  try {
    const [source, object, binary] = ['s.s', 's.o', 's.bin'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    // Each at a multiple of 16, so that its bytes are found again.
    writeFileSync(source, statements.map((statement) => `.balign 16, 0x90\n${statement}\n`).join(''));
    execFileSync('as', ['--64', '-o', object, source]);
    execFileSync('objcopy', ['-O', 'binary', '-j', '.text', object, binary]);
    const bytes = new Uint8Array(readFileSync(binary));
    return statements.map((_, i) => bytes.subarray(16 * i, 16 * i + 15));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main();
