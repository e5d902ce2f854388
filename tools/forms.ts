/**
 * Generates src/isa/forms.json, the table of instruction forms, from iced-x86's metadata.
 *
 *   npx tsx tools/forms.ts            rewrites the file
 *   npx tsx tools/forms.ts --check    fails when the committed file differs
 *
 * One row per form in legacy encoding (no 3DNow!), in opcode order. Columns:
 *
 *   0 form        iced's Code name, unique to the form: `Add_rm64_imm8`. A form that GNU as encodes in more than one
 *                 way (see SPLIT) has several rows.
 *   1 mnemonics   AT&T names without the size suffix, separated by blanks: `je jz`. Empty when GNU as never picks the
 *                 form (another one has the same meaning).
 *   2 suffix      the letter that AT&T text may append: b w l q, for x87 s l t q. Empty: none.
 *   3 encoding    the manual's notation, exact: prefixes (66 F2 F3 9B, `W` for REX.W; `o16 o32 a16 a32`: the operand or
 *                 address size, which costs 66 or 67 in code of another size), opcode bytes (`50+r`: register in the low
 *                 three bits), `/r` or `/digit`, then immediates ib iw id iq, relative targets cb cw cd, `mo` for an
 *                 absolute address as wide as addresses are.
 *   4 operands    Intel order (destination first), one token each:
 *                   r8 r16 r32 r64 xmm mm bnd seg cr dr    a register in ModRM.reg
 *                   …/m                                    the register in ModRM.rm
 *                   …/o                                    the register in the opcode byte
 *                   …/n                                    likewise, but not register number 0
 *                   …/a                                    in ModRM.reg, an address: as wide as those in memory operands
 *                   …/b                                    the register in both fields of ModRM
 *                   m, mib                                 memory only
 *                   r64|m, xmm|m …                         either, in ModRM.rm
 *                   al cl ax dx eax rax fs … st0 1 3       exactly this, not encoded
 *                   imm8 imm16 imm32 imm64                 all of the operand's bits
 *                   imm8s16 imm8s32 imm8s64 imm32s64       sign-extended to the size given
 *                   rel8 rel16 rel32                       a branch target
 *                   sel                                    the selector of a far target, encoded last
 *                   moffs, moffs64                         an absolute address; one that needs 64 bits
 *                   si, di, segdi, bxal                    implied memory operands (di: always ES)
 *                   (ax), (ecx) …                          may be written, need not be, not encoded
 *   5 attributes  L lockable, R rep/repe, N repne, D operand size defaults to 64, P needs CPL 0 (always or by IOPL/CR4),
 *                 B a branch, call or return; M takes BND, T NOTRACK, E XRELEASE, A XACQUIRE, O both without LOCK; w l q: in 16-, 32-, 64-bit code only (none of them: in all).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { Code, CodeExt, FlowControl, Instruction, OpCodeOperandKind as Kind, type OpCodeInfo } from 'iced-x86';
import {
  ALIASES,
  DECODE_ONLY,
  EXTRA_OPERANDS,
  NO_SUFFIX,
  OPTIONAL,
  RENAMED,
  SPLIT,
  SUFFIX,
  SUFFIX_RULES,
} from './forms-att.ts';

export type Row = readonly [
  form: string,
  mnemonics: string,
  suffix: string,
  encoding: string,
  operands: string,
  attributes: string,
];

const FILE = new URL('../src/isa/forms.json', import.meta.url);

/** Operand tokens by iced's operand kind; what is missing here has no place in a legacy-encoded form. */
const OPERAND: Readonly<Record<string, string>> = {
  mem_offs: 'moffs',
  mem: 'm',
  mem_mpx: 'm',
  mem_mib: 'msib',
  sibmem: 'msib',
  r8_or_mem: 'r8|m',
  r16_or_mem: 'r16|m',
  r32_or_mem: 'r32|m',
  r32_or_mem_mpx: 'r32|m',
  r64_or_mem: 'r64|m',
  r64_or_mem_mpx: 'r64|m',
  mm_or_mem: 'mm|m',
  xmm_or_mem: 'xmm|m',
  bnd_or_mem_mpx: 'bnd|m',
  r8_reg: 'r8',
  r8_opcode: 'r8/o',
  r16_reg: 'r16',
  r16_reg_mem: 'r16/a',
  r16_rm: 'r16/m',
  r16_opcode: 'r16/o',
  r32_reg: 'r32',
  r32_reg_mem: 'r32/a',
  r32_rm: 'r32/m',
  r32_opcode: 'r32/o',
  r64_reg: 'r64',
  r64_reg_mem: 'r64/a',
  r64_rm: 'r64/m',
  r64_opcode: 'r64/o',
  seg_reg: 'seg',
  mm_reg: 'mm',
  mm_rm: 'mm/m',
  xmm_reg: 'xmm',
  xmm_rm: 'xmm/m',
  cr_reg: 'cr',
  dr_reg: 'dr',
  tr_reg: 'tr',
  bnd_reg: 'bnd',
  st0: 'st0',
  sti_opcode: 'st/o',
  imm8_const_1: '1',
  imm8: 'imm8',
  imm8sex16: 'imm8s16',
  imm8sex32: 'imm8s32',
  imm8sex64: 'imm8s64',
  imm16: 'imm16',
  imm32: 'imm32',
  imm32sex64: 'imm32s64',
  imm64: 'imm64',
  seg_rSI: 'si',
  es_rDI: 'di',
  seg_rDI: 'segdi',
  seg_rBX_al: 'bxal',
  br16_1: 'rel8',
  br64_1: 'rel8',
  br16_2: 'rel16',
  br64_4: 'rel32',
  br32_1: 'rel8',
  br32_4: 'rel32',
  xbegin_2: 'rel16',
  xbegin_4: 'rel32',
  farbr2_2: 'sel imm16',
  farbr4_2: 'sel imm32',
  imm4_m2z: 'imm4',
  r32_vvvv: 'r32/v',
  r64_vvvv: 'r64/v',
  ...Object.fromEntries(
    ['xmm', 'ymm', 'zmm', 'k', 'tmm'].flatMap((name) => [
      [`${name}_reg`, name],
      [`${name}_rm`, `${name}/m`],
      [`${name}_vvvv`, `${name}/v`],
      [`${name}_is4`, `${name}/i`],
      [`${name}_is5`, `${name}/i`],
      [`${name}_or_mem`, `${name}|m`],
    ]),
  ),
  ...Object.fromEntries(
    ['32', '64'].flatMap((bits) => ['x', 'y', 'z'].map((letter) => [`mem_vsib${bits}${letter}`, `v${letter}mm`])),
  ),
  kp1_reg: 'k/2',
  xmmp3_vvvv: 'xmm/4',
  zmmp3_vvvv: 'zmm/4',
};

const KIND_NAMES = new Map(
  Object.entries(Kind)
    .filter((entry): entry is [string, Kind] => typeof entry[1] === 'number')
    .map(([name, value]) => [value, name]),
);

function operandTokens(info: OpCodeInfo): string[] {
  const tokens: string[] = [];
  for (let n = 0; n < info.opCount; n++) {
    const kind = KIND_NAMES.get(info.opKind(n)) ?? '';
    tokens.push(OPERAND[kind] ?? kind);
  }
  // The x87 comparisons and FXCH name one register; the top of the stack goes without saying.
  return / ST\(i\)$/.test(info.instructionString) && info.opCount === 2 && !info.instructionString.includes(',')
    ? tokens.filter((token) => token !== 'st0')
    : tokens;
}

/** Forms with a 64-bit register of which they use less; GNU as leaves out REX.W. */
const NARROW = /^(?:E?VEX_V)?(movmskp[sd]|pmovmskb|pextr[bw]|pinsr[bw]|extractps)_.*r64/i;

/** The manual's opcode column; sizes that 64-bit mode has without a prefix are left out. */
function encoding(name: string, info: OpCodeInfo): string {
  const implied64 = info.defaultOpSize64 || info.forceOpSize64 || NARROW.test(name);
  const words = info.opCodeString.split(' ').flatMap((word) => {
    if (/^o(16|32)$/.test(word) && isNativeBranch(info)) return [];
    if (word === 'o64') return implied64 ? [] : ['W'];
    if (/^E?VEX\./.test(word) && NARROW.test(name)) return [word.replace('W1', 'W0')];
    if (word === 'a64' || word === 'NP') return [];
    if (word === '/vsib') return /\/\d /.test(info.opCodeString) ? [] : ['/r'];
    if (word === 'io') return ['iq'];
    if (word === 'cp') return ['id', 'iw'];
    if (word === 'cd' && /ptr16/.test(info.instructionString)) return ['iw', 'iw'];
    if (word === '/is4' || word === '/is5') return ['ib'];
    const fields = /^!?\(?11\)?:(rrr|[01]{3}):(bbb|100)$/.exec(word)?.[1];
    if (fields !== undefined) return [fields === 'rrr' ? '/r' : `/${Number.parseInt(fields, 2)}`];
    const fixed = /^!?\(?11\)?:rrr:000$/.test(word);
    return [fixed ? '/r' : word.replace(/\+r[bwdo]$/, '+r').replace(/\+i$/, '+r')];
  });
  // W after the mandatory prefixes, which stand in the order GNU as emits them: address, operand size, repeat.
  const order = ['9B', 'a16', 'a32', 'o16', 'o32', '66', 'F2', 'F3', 'W'];
  const first = words.findIndex((word, at) => !order.includes(word) || at === words.length - 1);
  const prefixes = words.slice(0, first).sort((a, b) => order.indexOf(a) - order.indexOf(b));
  return [...prefixes, ...words.slice(first)].join(' ');
}

/** A relative jump, whose displacement is as wide as the mode says; only CALL may take the other width. */
function isNativeBranch(info: OpCodeInfo): boolean {
  const name = info.instructionString;
  return / rel(8|16|32)$/.test(name) && !name.startsWith('CALL');
}

/** The modes that have the form: `w` 16-bit, `l` 32-bit, `q` 64-bit code; undefined when GNU as has it in none. */
function modes(info: OpCodeInfo): string | undefined {
  const size = isNativeBranch(info) ? /\bo(16|32)\b/.exec(info.opCodeString)?.[1] : undefined;
  const wide = size === undefined || (size === '32' && info.instructionString.startsWith('XBEGIN'));
  const has = { w: info.mode16 && size !== '32', l: info.mode32 && size !== '16', q: info.mode64 && wide };
  const letters = (['w', 'l', 'q'] as const).filter((letter) => has[letter]).join('');
  return letters === '' ? undefined : letters;
}

/** Attributes name the modes only when some are missing. */
const modeLetters = (info: OpCodeInfo): string => {
  const letters = modes(info) ?? '';
  return letters === 'wlq' ? '' : letters;
};

/** x87 suffixes by the memory operand. */
const X87: readonly (readonly [RegExp, string])[] = [
  [/ m(32fp|16int)$/, 's'],
  [/ m(64fp|32int)$/, 'l'],
  [/ m80fp$/, 't'],
  [/ m64int$/, 'q'],
];

/** b, w, l or q after the operand size that the form implies; none for forms without one. */
function sizeSuffix(name: string, info: OpCodeInfo, operands: readonly string[]): string {
  const known = SUFFIX[name];
  if (known !== undefined) return known;
  const rule = SUFFIX_RULES.find(([pattern]) => pattern.test(name));
  if (rule !== undefined) return rule[1];
  if (NO_SUFFIX.test(name)) return '';
  const x87 = X87.find(([pattern]) => pattern.test(info.instructionString));
  if (x87 !== undefined) return x87[1];
  const text = operands.join(' ');
  if (/(^| )(xmm|mm|bnd|k)\b/.test(text)) return '';
  if (/(^| )(r8|al)\b/.test(text) || /^(movs|cmps|stos|lods|scas|ins|outs)b_/i.test(name)) return 'b';
  const size = /\bo(16|32|64)\b/.exec(info.opCodeString)?.[1];
  if (size !== undefined) return { 16: 'w', 32: 'l', 64: 'q' }[size] ?? '';
  return '';
}

function mnemonics(name: string, info: OpCodeInfo): string[] {
  if (DECODE_ONLY.test(name) || modes(info) === undefined) return [];
  const renamed = RENAMED.find(([pattern]) => pattern.test(name));
  const intel = info.instructionString.split(' ')[0]?.toLowerCase() ?? '';
  const names = renamed === undefined ? [intel] : renamed[1].split(' ');
  return names.flatMap((base) => [base, ...(ALIASES[base] ?? [])]);
}

const BRANCHES = new Set<FlowControl>([
  FlowControl.UnconditionalBranch,
  FlowControl.IndirectBranch,
  FlowControl.ConditionalBranch,
  FlowControl.Return,
  FlowControl.Call,
  FlowControl.IndirectCall,
]);

function isBranch(code: Code): boolean {
  const instruction = new Instruction();
  instruction.code = code;
  const found = BRANCHES.has(instruction.flowControl);
  instruction.free();
  return found;
}

function attributes(info: OpCodeInfo): string {
  const flags: [string, boolean][] = [
    ['L', info.canUseLockPrefix],
    ['R', info.canUseRepPrefix],
    ['N', info.canUseRepnePrefix],
    ['D', info.defaultOpSize64 || info.forceOpSize64],
    ['P', info.isPrivileged || info.mayRequireCpl0 || info.isInputOutput],
    ['B', isBranch(info.code)],
    ['M', info.canUseBndPrefix || info.instructionString === 'JMP rel8'],
    ['T', info.canUseNotrackPrefix],
    ['E', info.canUseXreleasePrefix],
    ['A', info.canUseXacquirePrefix],
    ['O', info.canUseXacquirePrefix && info.instructionString.startsWith('XCHG')],
  ];
  return flags.map(([letter, on]) => (on ? letter : '')).join('') + modeLetters(info);
}

/** The rows of one of iced's codes. */
export function rowsOf(name: string, info: OpCodeInfo): Row[] {
  const operands = operandTokens(info);
  const names = mnemonics(name, info).join(' ');
  const suffix = sizeSuffix(name, info, operands);
  const written = operands.map((token) => (OPTIONAL.test(`${name} ${token}`) ? `(${token})` : token));
  const tokens = [...written, ...(EXTRA_OPERANDS[name] ?? [])].join(' ');
  const row: Row = [name, names, suffix, encoding(name, info), tokens, attributes(info)];
  const variants = SPLIT[name];
  if (variants === undefined) return [row];
  return variants.map((v) => [
    name,
    v.mnemonics ?? row[1],
    v.suffix ?? row[2],
    v.encoding ?? row[3],
    v.operands ?? row[4],
    v.modes === undefined ? row[5] : row[5].replace(/[wlq]+$/, '') + v.modes,
  ]);
}

/** Every row, in opcode order. */
export function generate(): Row[] {
  const rows: Row[] = [];
  for (const [name, code] of Object.entries(Code)) {
    if (typeof code !== 'number') continue;
    const info = CodeExt.opCode(code);
    if (info.isInstruction && info.encoding === 0) rows.push(...rowsOf(name, info));
    info.free();
  }
  return rows;
}

export const render = (rows: readonly Row[]): string => `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`;

if (process.argv[1] !== undefined && import.meta.url.endsWith(process.argv[1].replace(/^.*\//, '/'))) {
  const text = render(generate());
  if (!process.argv.includes('--check')) writeFileSync(FILE, text);
  else if (readFileSync(FILE, 'utf8') !== text) {
    process.stderr.write('src/isa/forms.json is not what tools/forms.ts generates: run `npx tsx tools/forms.ts`\n');
    process.exitCode = 1;
  }
}
