/** DWARF's numbers of the registers (psABI x86-64, figure 3.36): in goes a name without `%`, out comes the number. */

const GENERAL = 'rax rdx rcx rbx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip'.split(' ');
const SEGMENTS = 'es cs ss ds fs gs'.split(' ');

const NUMBERS: ReadonlyMap<string, number> = new Map([
  ...GENERAL.map((name, n) => [name, n] as const),
  ...SEGMENTS.map((name, n) => [name, 50 + n] as const),
  ...Array.from({ length: 16 }, (_, n) => [`xmm${n}`, 17 + n] as const),
  ...Array.from({ length: 16 }, (_, n) => [`xmm${16 + n}`, 67 + n] as const),
  ...Array.from({ length: 8 }, (_, n) => [`st(${n})`, 33 + n] as const),
  ...Array.from({ length: 8 }, (_, n) => [`mm${n}`, 41 + n] as const),
  ...Array.from({ length: 8 }, (_, n) => [`k${n}`, 118 + n] as const),
  ...Array.from({ length: 4 }, (_, n) => [`bnd${n}`, 126 + n] as const),
  ['st', 33],
  ['rflags', 49],
  ['fs.base', 58],
  ['gs.base', 59],
  ['tr', 62],
  ['ldtr', 63],
  ['mxcsr', 64],
  ['fcw', 65],
  ['fsw', 66],
]);

/** Registers that have none. */
const WITHOUT =
  /^(?:[abcd][lh]|[sd]il|[sb]pl|e?(?:ax|bx|cx|dx|si|di|bp|sp)|r(?:8|9|1[0-5])[bwdl]|[cdt]r\d+|db\d+|[yz]mm\d+|eip|[re]iz|tmm\d)$/;

/** Undefined for what is no register, -1 for one that DWARF does not number. */
export function dwarfRegister(name: string): number | undefined {
  const lower = name.toLowerCase();
  return NUMBERS.get(lower) ?? (WITHOUT.test(lower) ? -1 : undefined);
}
