/** Spoils an instruction line for corpus.ts, so that what an assembler refuses can be compared, and in which words. */
import type { Bits } from '../src/isa/forms.ts';
import { type Pick, registersOf } from './corpus-operands.ts';

const CLASSES = ['gpr8', 'gpr16', 'gpr32', 'gpr64', 'segment', 'cr', 'dr', 'mm', 'xmm', 'ymm', 'st'];
const SUFFIXES = ['b', 'w', 'l', 'q', 's', 't', ''];
const PREFIXES = [
  'lock',
  'rep',
  'repne',
  'data16',
  'addr32',
  'cs',
  'fs',
  'xacquire',
  'xrelease',
  'bnd',
  'notrack',
  'rex.w',
  '{disp8}',
  '{disp32}',
  '{load}',
  '{store}',
  '{vex}',
  '{rex}',
];

type Change = (line: string, pick: Pick, bits: Bits) => string;

/** The mnemonic, and what stands before and behind. */
const split = (line: string): [string, string, string] => {
  const [, before = '', mnemonic = '', after = ''] = /^((?:lock |rep )?)(\S+)(.*)$/.exec(line) ?? [];
  return [before, mnemonic, after];
};

/** One register for another of some class. */
const register: Change = (line, pick, bits) => {
  const all = [...line.matchAll(/%[a-z]\w*(?:\(\d\))?/g)];
  const at = pick(all);
  if (at === undefined) return line;
  const other = pick(registersOf(pick(CLASSES), bits)) ?? '%eax';
  return line.slice(0, at.index) + other + line.slice(at.index + at[0].length);
};

const suffix: Change = (line, pick) => {
  const [before, mnemonic, after] = split(line);
  const stem = pick([mnemonic, mnemonic.replace(/[bwlqst]$/, '')]);
  return `${before}${stem}${pick(SUFFIXES)}${after}`;
};

const prefix: Change = (line, pick) => `${pick(PREFIXES)} ${line}`;

/** An operand more, or one fewer, or two exchanged. */
const operands: Change = (line, pick) => {
  const [before, mnemonic, after] = split(line);
  const list = after.trim() === '' ? [] : after.trim().split(/,(?![^(]*\))/);
  const n = pick(list.length === 0 ? [0] : [...list.keys()]);
  const changed = pick([
    [...list, pick(['%eax', '$1', '(%ebx)', 'foo'])],
    list.filter((_, i) => i !== n),
    [...list].reverse(),
    list.map((one, i) => (i === n ? pick(['$1', '%ecx', '4(%esi)', '*%eax', 'foo', '%st', '$0x12345678']) : one)),
  ]);
  return `${before}${mnemonic} ${changed.join(',')}`.trim();
};

export function mutate(line: string, pick: Pick, bits: Bits): string {
  return pick([register, register, suffix, prefix, operands])(line, pick, bits);
}
