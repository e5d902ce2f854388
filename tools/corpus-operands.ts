/** Operands for corpus.ts: for each kind a spread over registers, addresses and numbers at the edges of their ranges. */
import type { Bits, Form, OperandSpec } from '../src/isa/forms.ts';

export type Pick = <T>(list: readonly T[]) => T;

/** Registers by class; those behind the bar exist in 64-bit code only. */
const REGISTERS: Readonly<Record<string, string>> = {
  gpr8: '%al %cl %bl %ah %dh | %spl %dil %r8b %r15b',
  gpr16: '%ax %cx %sp %bp %di | %r8w %r13w',
  gpr32: '%eax %ecx %esp %ebp %esi | %r9d %r12d',
  gpr64: '| %rax %rdx %rsp %rbp %rdi %r8 %r13 %r15',
  segment: '%es %ss %ds %fs %gs',
  cr: '%cr0 %cr2 %cr3 %cr4 | %cr8',
  dr: '%db0 %dr6 %db7',
  tr: '%tr3 %tr7',
  st: '%st %st(1) %st(7)',
  mm: '%mm0 %mm7',
  xmm: '%xmm0 %xmm5 | %xmm8 %xmm15',
  ymm: '%ymm0 %ymm6 | %ymm8 %ymm15',
  zmm: '%zmm0 %zmm6 | %zmm8 %zmm31',
  'xmm+': '%xmm0 %xmm5 | %xmm8 %xmm15 %xmm16 %xmm21 %xmm24 %xmm31',
  'ymm+': '%ymm0 %ymm6 | %ymm8 %ymm15 %ymm17 %ymm20 %ymm26 %ymm31',
  'zmm+': '%zmm0 %zmm6 | %zmm8 %zmm15 %zmm18 %zmm23 %zmm27 %zmm31',
  k: '%k0 %k1 %k7',
  tmm: '| %tmm0 %tmm7',
  bnd: '%bnd0 %bnd3',
};

const listed = new Map<string, readonly string[]>();

export function registersOf(name: string, bits: Bits): readonly string[] {
  const key = `${name} ${bits}`;
  let list = listed.get(key);
  if (list === undefined) {
    const [all = `%${name}0`, wide = ''] = (REGISTERS[name] ?? `%${name}0`).split('|');
    list = `${all} ${bits === 64 ? wide : ''}`.split(' ').filter((word) => word !== '');
    listed.set(key, list);
  }
  return list;
}

const ADDRESS_64 = `(%rax) (%rsp) (%rbp) (%r12) (%r13) 8(%rbx) -128(%rdi) 128(%rsi) 0x12345678(%r9) (%rax,%rbx) (%rsp,%r15,8)
  16(%r13,%rbp,4) (,%rax,8) 0x1000(,%r12,2) foo(%rip) foo+4(%rax) 8(%rip) 4(%r8d,%ecx,2) %fs:(%rbx) %ss:(%rax) %ds:(%rbp)
  %gs:foo(%rip) foo(%eip)`;
const ADDRESS_32 = `(%eax) (%esp) 4(%ebp) (%ebp) (%ecx,%edx) 16(%esi,%edi,4) foo(%eax) foo(,%ebx,8) -129(%edx) %fs:(%ebx)
  %cs:4(%esp) (%esi) (%edi)`;
const ADDRESS_16 = `(%bx) (%bp) 4(%si) (%di) (%bx,%si) 16(%bp,%di) foo(%bx) -128(%bp) 0x1234(%si) %es:(%bx) %ss:foo(%bp,%si) (%si)
  (%bx,%di)`;
const ADDRESS_BARE = '0x1000 -1 foo foo+8 %gs:0x10 %fs:foo';

const MEMORY: Readonly<Record<Bits, readonly string[]>> = {
  64: `${ADDRESS_64} ${ADDRESS_BARE} (%eax)`.split(/\s+/),
  32: `${ADDRESS_32} ${ADDRESS_BARE} ${ADDRESS_16}`.split(/\s+/),
  16: `${ADDRESS_16} ${ADDRESS_BARE} ${ADDRESS_32}`.split(/\s+/),
};

/** Displacements at the edges of what 8 scaled bits say. */
const SCALED = [
  '64',
  '-64',
  '0x1fc0',
  '0x2000',
  '-0x2000',
  '0x3f8',
  '0x400',
  '-0x400',
  '4',
  '-2',
  '508',
  '512',
  '254',
  '256',
];

const scaled = (pick: Pick, bits: Bits): string =>
  pick(SCALED) + pick(bits === 64 ? ['(%rax)', '(%r12,%rbp)', '(%r9d)'] : ['(%eax)', '(%ebp,%ecx,4)', '(%bx,%si)']);

const IMMEDIATE =
  `0 1 3 -1 5 127 128 -128 -129 255 256 0x7fff 0x8000 0xff80 0xffff 0x10000 0x7fffffff 0x80000000 0xffffff80 0xffffffff
  -0x80000000 0x100000000 0x123456789a foo foo+8`.split(/\s+/);

const IMPLIED: Readonly<Record<Bits, Readonly<Record<'si' | 'di' | 'bx', readonly string[]>>>> = {
  64: { si: ['(%rsi)', '(%esi)', '%fs:(%rsi)'], di: ['(%rdi)', '%es:(%rdi)', '(%edi)'], bx: ['(%rbx)'] },
  32: { si: ['(%esi)', '(%si)', '%fs:(%esi)'], di: ['(%edi)', '%es:(%edi)', '(%di)'], bx: ['(%ebx)', '(%bx)'] },
  16: { si: ['(%si)', '(%esi)', '%fs:(%si)'], di: ['(%di)', '%es:(%di)', '(%edi)'], bx: ['(%bx)', '(%ebx)'] },
};

/** An address whose index is a vector. */
function gathered(vector: string, pick: Pick, bits: Bits): string {
  const index = pick(registersOf(vector, bits));
  const base = bits === 64 ? pick(['%rax', '%rbp', '%r13', '%ecx', '']) : pick(['%eax', '%ebp', '']);
  return `${pick(['', '8', '0x1000', 'foo'])}(${base},${index},${pick([1, 2, 4, 8])})`;
}

const addressText = (isEvex: boolean, pick: Pick, bits: Bits): string =>
  isEvex && pick([true, false]) ? scaled(pick, bits) : pick(MEMORY[bits]);

/**
 * Masks, broadcasts and roundings for operands in AT&T order; in a few of the lines one that the form can't have, or none
 * where it must.
 */
export function decorated(operands: readonly string[], { encoding: { evex } }: Form, pick: Pick): string[] {
  const list = [...operands];
  if (evex === undefined) return list;
  const memory = list.findIndex((text) => !/^(\$|%\w+$)/.test(text));
  const last = list.length - 1;
  const isWild = pick([false, false, false, false, false, false, false, true]);
  if (memory >= 0 && (memory < last || isWild) && evex.copies > 1 && pick([true, false])) {
    list[memory] += `{1to${isWild ? pick([2, 4, 8, 16, 32]) : evex.copies}}`;
  }
  const hasMask = evex.mask === 'required' ? !isWild : (evex.mask === 'optional' || isWild) && pick([true, false]);
  if (hasMask) list[last] += `{%k${pick([1, 3, 7])}}`;
  if (hasMask && (isWild || (evex.zeroing && memory !== last)) && pick([true, false])) list[last] += '{z}';
  if ((memory < 0 || isWild) && evex.rounding !== 'none' && pick([true, false])) {
    const isSae = (evex.rounding === 'sae') !== isWild;
    const mode = isSae ? '{sae}' : pick(['{rn-sae}', '{rd-sae}', '{ru-sae}', '{rz-sae}']);
    const at = list.findIndex((text) => !/^(\$|%[er])/.test(text));
    list.splice(isWild ? pick([0, 1, 2]) : Math.max(0, at), 0, mode);
  }
  return list;
}

export function operandText(spec: OperandSpec, form: Form, pick: Pick, bits: Bits): string {
  const star = form.branch ? '*' : '';
  const isEvex = form.encoding.evex !== undefined;
  switch (spec.kind) {
    case 'register':
      if (spec.orMemory && pick([0, 1, 1]) === 1) return star + addressText(isEvex, pick, bits);
      return star + pick(registersOf(isEvex && /^[xyz]mm$/.test(spec.class) ? `${spec.class}+` : spec.class, bits));
    case 'memory':
      if (spec.vector !== undefined) return gathered(isEvex ? `${spec.vector}+` : spec.vector, pick, bits);
      return star + addressText(isEvex, pick, bits);
    case 'fixed':
      return `%${spec.register}`;
    case 'literal':
      return `$${spec.value}`;
    case 'immediate':
      return `$${pick(IMMEDIATE)}`;
    case 'target':
      return pick(['foo', 'foo+3', '.', '.+100']);
    case 'offset':
      return bits === 64
        ? pick(['foo', '0x123456789abcdef', '0x1000', '%fs:0x123456789a'])
        : pick(['foo', '0x1234', '%fs:0x10', 'foo+4']);
    case 'implied':
      return pick(IMPLIED[bits][spec.base]);
    default:
      return spec satisfies never;
  }
}
