/**
 * What user mode may not do and what nobody may: privileged instructions, opcodes that don't exist, LOCK where it doesn't belong,
 * segment registers, and the instructions on FS and GS bases.
 */
import { type Draft, fillAround, put, putWord, set, use, value } from './draft.ts';
import { memory, place, RAX, RCX, RDX, RSP, register, registerName } from './operands.ts';
import { stackAt } from './stack.ts';
import { implicit, rows, type Template, template } from './template.ts';

const plain = (text: string, weight = 1): Template =>
  template(
    text,
    (draft) => {
      implicit(RAX, RCX, RDX)(draft, 'q');
      return text;
    },
    weight,
  );

const PRIVILEGED = [
  ...[
    'hlt',
    'cli',
    'sti',
    'clts',
    'clac',
    'stac',
    'swapgs',
    'invd',
    'wbinvd',
    'rdmsr',
    'wrmsr',
    'rdpmc',
    'xsetbv',
    'sysretl',
    'sysretq',
  ],
  ...[
    'in %dx,%al',
    'in %dx,%eax',
    'in $0x80,%ax',
    'out %al,%dx',
    'out %eax,$0x80',
    'insb',
    'insl',
    'rep insb',
    'outsb',
    'rep outsl',
  ],
  ...[0, 2, 3, 4, 8].flatMap((n) => [`mov %cr${n},%rax`, `mov %rdx,%cr${n}`]),
  ...[0, 1, 2, 3, 6, 7].flatMap((n) => [`mov %db${n},%rcx`, `mov %rax,%db${n}`]),
  ...[
    'mov %cr1,%rax',
    'mov %cr5,%rax',
    'mov %rax,%cr9',
    'mov %cr15,%rax',
    'mov %db4,%rax',
    'mov %rax,%db5',
    'mov %db12,%rax',
  ],
  ...['ltr %ax', 'lldt %ax', 'lmsw %ax', 'monitor', 'mwait', 'int1'],
];

/** Of opcodes that are none in 64-bit mode, with a ModRM byte and more behind them. */
const UNDEFINED = [
  ...[
    '06',
    '07',
    '0e',
    '16',
    '17',
    '1e',
    '1f',
    '27',
    '2f',
    '37',
    '3f',
    '60',
    '61',
    '82c0',
    '9a',
    'ce',
    'd4',
    'd5',
    'd6',
    'ea',
  ],
  ...['0f0b', '0fff', '0fb9', '0f04', '0f0a', '0f0c', '0f24', '0f26', '0f36', '0f39', '0f7a', '0fa6', '0fa7', '0fb8'],
  ...[
    'fed0',
    'fef8',
    'fff8',
    '8fc8',
    '8dc0',
    '0fc7c8',
    '0fc7c0',
    '0fc7d0',
    '0fbac0',
    '0fbac8',
    '0fbad8',
    '0f01c8',
    '0f01e8',
  ],
  ...[
    '0fc3c8',
    '0fb2c0',
    '0f38f0c8',
    '0f38f1c8',
    '0f38f9c8',
    '660f38f808',
    'f30fae30',
    'f30faee0',
    '0f01c0',
    '0faee0',
    'c6f8',
    'c7f8',
  ],
  ...[
    'c6c8',
    'c7c8',
    '8ec8',
    '8ef0',
    '8ef8',
    '8cf0',
    '8cf8',
    'c4e3fbf0c8',
    'c4e27af3c8',
    'c4e278f3c0',
    'c4e2f8f0c8',
    'c4e27cf2c8',
  ],
];

const LOCKED = [
  ...[
    'addl %eax,%ecx',
    'movl %eax,(%rsi)',
    'cmpl %eax,(%rsi)',
    'testl %eax,(%rsi)',
    'addl (%rsi),%eax',
    'shll $1,(%rsi)',
    'btl $1,(%rsi)',
  ],
  ...[
    'nop',
    'incl %eax',
    'notl %eax',
    'xchgl %ecx,%edx',
    'cmpxchgl %ecx,%edx',
    'xaddl %ecx,%edx',
    'btsl $1,%ecx',
    'imull (%rsi),%eax',
  ],
  ...[
    'pushq %rax',
    'movsb',
    'ret',
    'sete (%rsi)',
    'leal (%rsi),%eax',
    'mull (%rsi)',
    'popq (%rsi)',
    'andnl (%rsi),%eax,%ecx',
    'ud2',
    'hlt',
  ],
  ...[
    'cmpxchg8b (%rsi)',
    'lahf',
    'jmp 0b',
    'mfence',
    'clflush (%rsi)',
    'movbel (%rsi),%eax',
    'adcxl (%rsi),%eax',
    'crc32l (%rsi),%eax',
  ],
];

const bytes = (digits: string): string => `.byte ${[...digits.matchAll(/../g)].map(([b]) => `0x${b}`).join(',')}`;

const lock = (text: string): Template =>
  template(`lock ${text}`, (draft) => {
    stackAt(draft, 8, 'push');
    const address = place(draft, 8);
    fillAround(draft, address, 8);
    set(draft, 6, address);
    return `.byte 0xf0; ${text}`;
  });

/** Selectors that no GDT of Linux has, so that only their form counts: null, beyond the table, in an LDT that isn't there. */
const selector = ({ random }: Draft): bigint =>
  BigInt(random.pick([0, 1, 2, 3, 0xfff8, 0xfff3, 0x7f8, 0x4, 0xf, 0x107, 0x8000 | random.below(0x8000)]));

const beyond = (draft: Draft): bigint => {
  const chosen = selector(draft);
  return chosen < 4n ? 0n : chosen;
};

const loadSegment = (name: string, text: string): Template =>
  template(
    `mov ${name}`,
    (draft) => {
      set(draft, RAX, beyond(draft) | (value(draft.random) << 16n));
      return text;
    },
    2,
  );

const far = (name: string, width: number): Template =>
  template(
    name,
    (draft) => {
      const slots = name.startsWith('iret') ? 5 : 2;
      const at = stackAt(draft, width * slots, 'pop');
      for (let i = 0; i < slots; i++) putWord(draft, at + BigInt(i * width), width, value(draft.random) & ~0x100n);
      putWord(draft, at + BigInt(width), Math.min(width, 2), selector(draft));
      return name;
    },
    2,
  );

const farMemory = (name: string, offset: number): Template =>
  template(
    `${name} M`,
    (draft) => {
      stackAt(draft, 16, 'push');
      const text = memory(draft, { width: offset + 2, avoid: [RSP] });
      putWord(draft, draft.target!.address + BigInt(offset), 2, selector(draft));
      return `${name} ${text}`;
    },
    2,
  );

const farLoad = (name: string, size: 'w' | 'l' | 'q', offset: number): Template =>
  template(`${name}${size} M,R`, (draft) => {
    const text = memory(draft, { width: offset + 2 });
    putWord(draft, draft.target!.address + BigInt(offset), 2, beyond(draft));
    return `${name}${size} ${text},${register(draft, size)}`;
  });

const canonical = ({ random }: Draft): bigint => BigInt.asUintN(64, BigInt.asIntN(48, random.u64()));

const bases: readonly Template[] = ['fs', 'gs'].flatMap((segment) =>
  (['l', 'q'] as const).flatMap((size) => [
    template(
      `rd${segment}base${size}`,
      (draft) => {
        [draft.fs, draft.gs] = [canonical(draft), canonical(draft)];
        return `rd${segment}base ${register(draft, size)}`;
      },
      2,
    ),
    template(
      `wr${segment}base${size}`,
      (draft) => {
        [draft.fs, draft.gs] = [canonical(draft), canonical(draft)];
        const n = draft.random.below(16);
        set(draft, n, draft.random.pick([canonical(draft), canonical(draft), value(draft.random), 0x8000_0000_0000n]));
        return `wr${segment}base ${registerName(n, size)}`;
      },
      3,
    ),
  ]),
);

/** INT n by gates that user mode may not use: the error code names the gate. 3 and 4 are its own, 0x80 a system call. */
const interrupts: readonly Template[] = [0, 1, 2, 8, 0xd, 0xe, 0x20, 0x21, 0x2e, 0x81, 0xef, 0xff].map((n) =>
  plain(`int $${n}`),
);

const clzero = template(
  'clzero',
  (draft) => {
    const address = place(draft, 64);
    use(draft, RAX);
    set(draft, RAX, address);
    put(draft, address - (address & 63n), draft.random.bytes(64));
    return 'clzero';
  },
  4,
);

export const SYSTEM: readonly Template[] = [
  ...PRIVILEGED.map((text) => plain(text)),
  ...rows('q', 'lgdt lidt', 'M10'),
  ...rows('q', 'invlpg', 'M1'),
  ...rows('q', 'invpcid', 'M16,R'),
  ...UNDEFINED.map((digits) => plain(bytes(`${digits}${digits.length < 8 ? 'c0' : ''}`))),
  ...LOCKED.map(lock),
  ...interrupts,
  template('int3', (draft) => {
    draft.sequence = true;
    return 'int3';
  }),
  ...['es', 'cs', 'ss', 'ds', 'fs', 'gs'].flatMap((name) => [
    template(
      `mov %${name},R`,
      (draft) => `mov %${name},${register(draft, draft.random.pick(['w', 'l', 'q'] as const))}`,
      3,
    ),
    template(`mov %${name},M`, (draft) => `mov %${name},${memory(draft, { width: 2 })}`, 2),
    loadSegment(name, `mov %eax,%${name}`),
  ]),
  ...(['fs', 'gs'] as const).flatMap((name) =>
    [2, 8].map((width) =>
      template(
        `pop${width} %${name}`,
        (draft) => {
          putWord(draft, stackAt(draft, width, 'pop'), 2, beyond(draft));
          return `pop${width === 2 ? 'w' : 'q'} %${name}`;
        },
        2,
      ),
    ),
  ),
  far('lretl', 4),
  far('lretq', 8),
  far('lretw', 2),
  far('lretq $16', 8),
  farMemory('ljmpl *', 4),
  farMemory('ljmpw *', 2),
  farMemory('lcalll *', 4),
  farMemory('lcallw *', 2),
  farMemory('rex.W ljmp *', 8),
  ...['lss', 'lfs', 'lgs'].flatMap((name) => [farLoad(name, 'w', 2), farLoad(name, 'l', 4), farLoad(name, 'q', 8)]),
  ...['lar', 'lsl'].map((name) =>
    template(
      `${name} R,R`,
      (draft) => {
        set(draft, RAX, selector(draft) | (value(draft.random) << 16n));
        return `${name} %ax,${register(draft, draft.random.pick(['w', 'l', 'q'] as const))}`;
      },
      3,
    ),
  ),
  ...['verr', 'verw'].map((name) =>
    template(
      `${name} R`,
      (draft) => {
        set(draft, RAX, selector(draft) | (value(draft.random) << 16n));
        return `${name} %ax`;
      },
      3,
    ),
  ),
  ...bases,
  clzero,
];
