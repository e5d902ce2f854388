/**
 * Which forms of 64-bit mode are lowered: all that iced-x86 knows (every-form.ts), by what they work on.
 *
 *   npx tsx tools/coverage.ts            the counts
 *   npx tsx tools/coverage.ts --names    and the names of what isn't lowered
 *
 * A form is *lowered* when it does all that the manual says; *undefined* when its extension is one that no model of CPU has, so
 * that it is lowered to #UD; *not modelled* when it stops the run, which names it.
 */
import Table from 'cli-table3';
import { lower } from '../src/uop/lower/lower.ts';
import type { Lowered } from '../src/uop/uop.ts';
import { type EveryForm, everyForm } from './every-form.ts';

export const GROUPS = [
  'integer',
  'system',
  'x87',
  'MMX, SSE',
  'AVX',
  'AVX-512',
  'AMX',
  'older AMD',
  'saved state',
] as const;
export type Group = (typeof GROUPS)[number];

export const STATES = ['lowered', 'undefined', 'not modelled'] as const;
export type State = (typeof STATES)[number];

/** The names of the forms, by group and state. */
export type Coverage = Readonly<Record<Group, Readonly<Record<State, readonly string[]>>>>;

export function coverage(): Coverage {
  const result = Object.fromEntries(
    GROUPS.map((group) => [group, Object.fromEntries(STATES.map((state) => [state, [] as string[]]))]),
  ) as Record<Group, Record<State, string[]>>;
  for (const form of everyForm()) result[groupOf(form)][stateOf(form)].push(form.name);
  return result;
}

/** Of the forms of a group, how many there are in all. */
export const total = (states: Coverage[Group]): number => STATES.reduce((sum, state) => sum + states[state].length, 0);

// Groups

/** Integer instructions that came with SSE, or are counted with it. */
const INTEGER_OF_SSE = /^(Crc32|Movnti|[LMS]fence|Prefetch)/;
/** VEX and XOP encodings of general registers. */
const INTEGER_FEATURES = /^(BMI[12]|CMPCCXADD|TBM)$/;
const SSE = /^(MMX|SSE|SSSE3|AES|AESKLE|WIDE_KL|KL|SHA|GFNI|PCLMULQDQ)/;

function groupOf(form: EveryForm): Group {
  const { name, encoding, features } = form;
  const has = (pattern: RegExp): boolean => features.some((feature) => pattern.test(feature));
  if (INTEGER_OF_SSE.test(name) || has(INTEGER_FEATURES)) return 'integer';
  if (has(/^FPU/) && name !== 'Wait') return 'x87';
  if (/^F?Xsave|^F?Xrstor|^Fx(save|rstor)/.test(name)) return 'saved state';
  if (encoding === 'D3NOW' || has(/^(D3NOW|XOP|FMA4|SSE4A|LWP)/)) return 'older AMD';
  if (has(/^AMX/)) return 'AMX';
  if (encoding === 'EVEX' || has(/^AVX512/)) return 'AVX-512';
  if (encoding === 'VEX') return 'AVX';
  if (has(SSE)) return 'MMX, SSE';
  return isSystem(form) ? 'system' : 'integer';
}

/** Beside privileged instructions: segments, descriptor tables, far transfers, system calls, and extensions of the system. */
const SYSTEM_NAMES = new RegExp(
  [
    '^(Lar|Lsl|Ver[rw]|L[gil]dt|Ltr|S[gil]dt|Str|Smsw|Lmsw|L[fgs]s|Mov_(Sreg|rm?\\d+(m16)?_Sreg))',
    '^(Push|Pop)[wdq]?_[FG]S|^(Jmp_m16(16|32|64)|Call_m16(16|32|64)|Retf)',
    '^(Iret|Sys(call|ret|enter|exit)|Int1|Int3|Int_|X[gs]etbv|Rd(pmc|pru)|[CS]t[ai]c?$|Cl[ai]c?$|In[sb]?|Out|Wait$)',
  ].join('|'),
);
const SYSTEM_FEATURES = new RegExp(
  '^(CET_SS|ENQCMD|FRED|FSGSBASE|HLE|HRESET|INVLPGB|INVPCID|LKGS|MCOMMIT|MONITOR|MONITORX|MSR|MSRLIST|OSS|PADLOCK|PCONFIG|PKU|' +
    'PTWRITE|RMPQUERY|RTM|SEV|SGX|SKINIT|SMAP|SMM|SMX|SVM|TDX|TSE|TSXLDTRK|UINTR|VMX|WAITPKG|WRMSRNS)',
);

const isSystem = ({ name, features, privileged }: EveryForm): boolean =>
  privileged || SYSTEM_NAMES.test(name) || features.some((feature) => SYSTEM_FEATURES.test(feature));

// States

function stateOf(form: EveryForm): State {
  const states = form.samples.map((insn) => stateOfLowered(form, lower(insn, form.model)));
  return STATES[Math.max(...states.map((state) => STATES.indexOf(state)))]!;
}

/** UD0, UD1 and UD2 are there to be undefined. */
function stateOfLowered({ name }: EveryForm, lowered: Lowered): State {
  if (lowered.kind === 'not-modelled') return 'not modelled';
  const [only] = lowered.uops;
  const undefinedOpcode = lowered.uops.length === 1 && only?.op === 'fault' && only.vector === 6;
  return undefinedOpcode && !/^Ud[012]/.test(name) ? 'undefined' : 'lowered';
}

function main(names: boolean): void {
  const all = coverage();
  const table = new Table({
    style: { head: [], border: [] },
    head: ['', 'forms', ...STATES],
    colAligns: ['left', ...STATES.map(() => 'right' as const), 'right'],
  });
  for (const group of GROUPS)
    table.push([group, total(all[group]), ...STATES.map((state) => all[group][state].length)]);
  process.stdout.write(`${table.toString()}\n`);
  if (!names) return;
  for (const group of GROUPS) {
    for (const state of STATES.slice(1)) {
      if (all[group][state].length > 0)
        process.stdout.write(`\n${group}, ${state}:\n  ${all[group][state].join(' ')}\n`);
    }
  }
}

if (process.argv[1]?.endsWith('coverage.ts')) main(process.argv.includes('--names'));
