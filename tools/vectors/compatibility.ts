/**
 * 32-bit code in compatibility mode: the templates of 64-bit mode read as 32-bit code (as rejects what needs REX), and the instructions,
 * operands and addresses that 64-bit mode doesn't have. Segments are flat but for FS and GS, which are null.
 */
import { type Draft, fillAround, put, putWord, set, use, value } from './draft.ts';
import { INTEGER } from './integer.ts';
import { CODE, CODE_NEXT, DATA, DATA_NEXT, PAGE, STACK } from './layout.ts';
import { place, RAX, RBP, RBX, RCX, RDI, RDX, RSI, RSP, registerName, type Size } from './operands.ts';
import { STACK_TEMPLATES, stackAt } from './stack.ts';
import { STRINGS } from './strings.ts';
import { type Template, template } from './template.ts';

const LOW = 0xffff_ffffn;

/** The state and the text of another template, as 32-bit code. */
const narrowed = ({ name, weight, build }: Template): Template => ({
  name: `32 ${name}`,
  weight,
  build: (draft) => {
    draft.mode = 32;
    const text = build(draft).replaceAll(/%r(ax|cx|dx|bx|sp|bp|si|di)\b/g, '%e$1');
    draft.regs.forEach((register, n) => {
      draft.regs[n] = register & LOW;
    });
    // Rows of bytes may begin with a REX prefix: a DEC.
    if (text.startsWith('.byte')) draft.sequence = true;
    [draft.fs, draft.gs, draft.ripTarget] = [0n, 0n, undefined];
    return `.code32; ${text}; .code64`;
  },
});

const general = (draft: Draft, size: Size): string => {
  const n = draft.random.below(8);
  use(draft, n);
  return registerName(n, size);
};

/** Without operands, over registers that count. */
const plain = (names: string, registers: readonly number[], weight = 4): Template[] =>
  names.split(' ').map((name) =>
    template(
      name,
      (draft) => {
        for (const n of registers) use(draft, n);
        return name.replaceAll('_', ' ');
      },
      weight,
    ),
  );

/** BCD digits, mostly. */
const digits = (draft: Draft): void => {
  const { random } = draft;
  const byte = (): number =>
    random.pick([random.below(10), random.below(16), (random.below(10) << 4) | random.below(10), random.below(256)]);
  set(draft, RAX, (value(random) & ~0xffffn) | BigInt((byte() << 8) | byte()));
};

const decimal = (text: (draft: Draft) => string, name: string): Template =>
  template(
    name,
    (draft) => {
      digits(draft);
      return text(draft);
    },
    12,
  );

const BASES_16 = ['%bx', '%bp', '%si', '%di', '%bx,%si', '%bx,%di', '%bp,%si', '%bp,%di'] as const;

/** 16-bit addresses, all of which lie below what is mapped. */
const address16 = (draft: Draft): string => {
  for (const n of [RBX, RBP, RSI, RDI]) use(draft, n);
  const disp = draft.random.pick([
    '',
    String(draft.random.between(-128, 127)),
    String(draft.random.between(-0x8000, 0x7fff)),
  ]);
  return `${disp}(${draft.random.pick(BASES_16)})`;
};

const stacked = (
  name: string,
  width: number,
  bytes: number,
  kind: 'push' | 'pop',
  registers: readonly number[],
): Template =>
  template(
    name,
    (draft) => {
      for (const n of registers) if (n !== RSP) use(draft, n);
      // POPA that faults midway has changed registers on a Zen 4.
      const within = kind === 'pop' ? BigInt(STACK + 0x800 + draft.random.below(64)) : undefined;
      const address = stackAt(draft, bytes, kind, within);
      if (kind === 'pop') put(draft, address, draft.random.bytes(bytes));
      return `${name} # ${width}`.replace(/ #.*/, '');
    },
    8,
  );

const ALL = [0, 1, 2, 3, 5, 6, 7] as const;
const SELECTORS = [0, 3, 0x23, 0x2b, 0x33, 0x28, 0x1000, 0x0b] as const;

const selector = ({ random }: Draft): number => random.pick(SELECTORS);

/** A far pointer at an operand. */
const farPointer = (name: string, width: number, size: Size): Template =>
  template(
    `${name} far pointer`,
    (draft) => {
      const address = place(draft, width + 2);
      fillAround(draft, address, width + 2);
      putWord(draft, address + BigInt(width), 2, BigInt(selector(draft)));
      set(draft, RBX, address);
      return `${name} (%ebx),${registerName(draft.random.pick([RAX, RCX, RSI]), size)}`;
    },
    4,
  );

const TARGETS = [CODE + 0x900, CODE_NEXT + 0x100, CODE_NEXT + PAGE, DATA, 0, 0xffff_fff0] as const;

/** RET far to 32-bit or 64-bit code, and to what is neither. */
const farReturn = (name: string, width: number): Template =>
  template(
    `${name} far return`,
    (draft) => {
      const address = stackAt(draft, 2 * width, 'pop', BigInt(STACK + 0x800));
      putWord(draft, address, width, BigInt(draft.random.pick(TARGETS)));
      putWord(draft, address + BigInt(width), width, BigInt(selector(draft)) | 0x5a0000n);
      return name;
    },
    4,
  );

const ONLY_32: readonly Template[] = [
  ...(['w', 'l'] as const).flatMap((size) =>
    ['inc', 'dec'].map((name) => template(`${name}${size} short`, (draft) => `${name} ${general(draft, size)}`, 6)),
  ),
  ...['aaa', 'aas', 'daa', 'das'].map((name) => decimal(() => name, name)),
  ...['aam', 'aad'].map((name) =>
    decimal(({ random }) => `${name} $${random.pick([10, 10, 0, 1, 16, 255, random.below(256)])}`, name),
  ),
  ...plain('salc lahf sahf cwtl cltd cbtw cwtd', [RAX, RDX]),
  stacked('pushal', 4, 32, 'push', ALL),
  stacked('pushaw', 2, 16, 'push', ALL),
  stacked('popal', 4, 32, 'pop', ALL),
  stacked('popaw', 2, 16, 'pop', ALL),
  ...['es', 'cs', 'ss', 'ds', 'fs', 'gs'].flatMap((name) =>
    ['pushl', 'pushw'].map((push) => stacked(`${push} %${name}`, 4, push === 'pushl' ? 4 : 2, 'push', [])),
  ),
  ...['es', 'ss', 'ds'].map((name) =>
    template(
      `pop ${name}`,
      (draft) => {
        putWord(draft, stackAt(draft, 4, 'pop'), 4, BigInt(selector(draft)) | 0x7_0000n);
        return `popl %${name}`;
      },
      4,
    ),
  ),
  template(
    'mov to ds',
    (draft) => {
      set(draft, RAX, BigInt(selector(draft)));
      return `mov %eax,%${draft.random.pick(['ds', 'es'])}`;
    },
    4,
  ),
  farPointer('ldsl', 4, 'l'),
  farPointer('lesl', 4, 'l'),
  farPointer('lesw', 2, 'w'),
  farReturn('lretl', 4),
  farReturn('lretw', 2),
  template('far jump', (draft) => `ljmp $${selector(draft)},$${draft.random.pick(TARGETS)}`, 6),
  template(
    'far call',
    (draft) => {
      stackAt(draft, 8, 'push');
      return `lcall $${selector(draft)},$${draft.random.pick(TARGETS)}`;
    },
    6,
  ),
  template('arpl', (draft) => `arpl ${general(draft, 'w')},${general(draft, 'w')}`, 6),
  ...(['w', 'l'] as const).map((size) =>
    template(
      `bound${size}`,
      (draft) => {
        const width = size === 'w' ? 2 : 4;
        const address = place(draft, 2 * width);
        fillAround(draft, address, 2 * width);
        set(draft, RBX, address);
        use(draft, RAX);
        return `bound ${registerName(RAX, size)},(%ebx)`;
      },
      6,
    ),
  ),
  ...plain('into', [], 4),
  template('lea 16', (draft) => `lea ${address16(draft)},${general(draft, draft.random.pick(['w', 'l']))}`, 12),
  template('mov 16', (draft) => `mov${draft.random.pick([' %eax,', 'b $5,'])}${address16(draft)}`, 12),
  template('add 16', (draft) => `addl ${address16(draft)},%ecx`, 6),
  template(
    'mov moffs',
    (draft) => {
      const address = place(draft, 4) & LOW;
      fillAround(draft, address, 4);
      use(draft, RAX);
      return draft.random.pick([
        `.byte 0xa1; .long ${address}`,
        `.byte 0xa3; .long ${address}`,
        `.byte 0xa0; .long ${address}`,
        `.byte 0x66,0xa3; .long ${address}`,
      ]);
    },
    8,
  ),
  ...['jcxz', 'jecxz', 'loop', 'loope', 'loopne', 'loopw', 'loopnew'].map((name) =>
    template(
      `${name} 32`,
      (draft) => {
        set(draft, RCX, draft.random.pick([0n, 1n, 2n, 0x1_0000n, 0x1_0001n, 0xffffn, value(draft.random)]));
        return `${name} .${draft.random.pick(['+', '-'])}0x20`;
      },
      3,
    ),
  ),
  ...['jmp', 'je', 'jne'].map((name) =>
    template(
      `data16 ${name}`,
      () => `.byte 0x66; .byte ${name === 'jmp' ? '0xe9' : name === 'je' ? '0x0f,0x84' : '0x0f,0x85'}; .word 0x1234`,
      2,
    ),
  ),
  ...['mov %eax,%cr0', 'mov %cr3,%eax', 'hlt', 'cli', 'in $0x80,%al', 'lgdt (%eax)', 'sysexit', 'ud2', 'int $0x21'].map(
    (text) => template(`refused ${text}`, () => text),
  ),
  ...['.byte 0x82,0xc0,0x05', '.byte 0x82,0xf9,0x80'].map((text) =>
    template(`82 ${text}`, (draft) => {
      use(draft, RAX);
      use(draft, RCX);
      return text;
    }),
  ),
  // Across 4 GiB, and wrapping around it.
  template(
    'wrap',
    (draft) => {
      set(draft, RBX, 0xffff_fffen);
      set(draft, RSI, BigInt(DATA_NEXT - DATA));
      return draft.random.pick(['mov (%ebx),%eax', 'mov %ax,(%ebx)', `mov ${DATA + 2}(%ebx),%eax`, 'mov 1(%ebx),%ax']);
    },
    6,
  ),
];

/** All templates of compatibility mode. */
export const COMPATIBILITY: readonly Template[] = [...INTEGER, ...STACK_TEMPLATES, ...STRINGS, ...ONLY_32].map(
  narrowed,
);
