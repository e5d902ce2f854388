/** The stack, and near transfers of control: PUSH and POP in every form, flags, frames, CALL, RET, JMP, Jcc, LOOP. */
import { AC, DF, type Draft, fillAround, putWord, STATUS_FLAGS, set, use, value } from './draft.ts';
import { CODE, CODE_NEXT, DATA, DATA_NEXT, PAGE, STACK } from './layout.ts';
import { immediate, memory, place, RAX, RBP, RBX, RCX, RSP, register, registerName, type Size } from './operands.ts';
import { rows, type Template, template } from './template.ts';

/** RSP such that the slot of this width above (a pop's) or below it (a push's) lies anywhere; the slot's address. */
export function stackAt(draft: Draft, width: number, kind: 'push' | 'pop', address = stackPlace(draft, width)): bigint {
  fillAround(draft, address, width);
  set(draft, RSP, kind === 'push' ? address + BigInt(width) : address);
  return address;
}

/** Mostly the middle of the stack, else anywhere. */
const stackPlace = (draft: Draft, width: number): bigint =>
  draft.random.chance(0.5) ? BigInt(STACK + 0x800 + draft.random.below(64)) : place(draft, width);

const pushes = (name: string, width: number, operands: (draft: Draft) => string, weight = 1): Template =>
  template(
    `${name} stack`,
    (draft) => {
      stackAt(draft, width, 'push');
      return `${name} ${operands(draft)}`;
    },
    weight,
  );

const pops = (name: string, width: number, operands: (draft: Draft) => string, weight = 1): Template =>
  template(
    `${name} stack`,
    (draft) => {
      stackAt(draft, width, 'pop');
      return `${name} ${operands(draft)}`;
    },
    weight,
  );

/** A memory operand, which may also be relative to RSP. */
const anyMemory =
  (width: number) =>
  (draft: Draft): string =>
    draft.random.chance(0.3) ? `${draft.random.between(-16, 16)}(%rsp)` : memory(draft, { width });

const stackRegister =
  (size: Size) =>
  (draft: Draft): string =>
    draft.random.chance(0.1) ? registerName(RSP, size) : register(draft, size);

/** What POPF may set: any bit but TF, which would trap. */
const poppedFlags = (draft: Draft): bigint =>
  draft.random.pick([draft.random.u64(), draft.random.u64() & (STATUS_FLAGS | DF | AC | 0x20_4000n)]) & ~0x100n;

const popf = (name: string, width: number): Template =>
  template(
    name,
    (draft) => {
      putWord(draft, stackAt(draft, width, 'pop'), width, poppedFlags(draft));
      return name;
    },
    4,
  );

/** ENTER, within mapped pages and out of them at any of its steps. */
const enter = (name: string, width: number): Template =>
  template(
    name,
    (draft) => {
      const { random } = draft;
      const level = random.pick([0, 0, 1, 2, 3, random.below(32), random.below(256)]);
      const size = random.pick([0, 8, 16, random.below(256), random.below(0x1100), 0xffff]);
      const top = random.pick([
        STACK + 0xe00,
        STACK + 0x100 + random.below(0x200),
        STACK + random.below(width),
        DATA_NEXT + random.below(300),
      ]);
      stackAt(draft, width, 'push', BigInt(top - width));
      const frame = random.pick([
        STACK + 0x900,
        STACK + random.below(300),
        DATA_NEXT + random.below(300),
        top - width * random.below(16),
      ]);
      set(draft, RBP, BigInt(frame));
      fillAround(draft, frame - 128, 120);
      return `${name} $${size},$${level}`;
    },
    8,
  );

const leave = (name: string, width: number): Template =>
  template(
    name,
    (draft) => {
      use(draft, RSP);
      const address = place(draft, width);
      fillAround(draft, address, width);
      set(draft, RBP, address);
      return name;
    },
    3,
  );

/** Somewhere to go: int3 in either code page, the data page (no-execute), nothing, not canonical. */
const destination = ({ random }: Draft): bigint =>
  random.pick([
    ...Array.from({ length: 6 }, () => BigInt(CODE + 0x100 + random.below(64))),
    BigInt(CODE_NEXT + 0x100 + random.below(64)),
    BigInt(CODE_NEXT + PAGE + random.below(64)),
    BigInt(DATA + 0x100),
    0x8000_0000_0000n + BigInt(random.below(2)) - 1n,
    0x8000_0000_0000_0000n,
    0xffff_8000_0000_0000n,
  ]);

const indirect = (name: string, width: number): readonly Template[] => {
  const calls = name.includes('call');
  return [
    template(
      `${name} *R`,
      (draft) => {
        if (calls) stackAt(draft, width, 'push');
        const n = draft.random.below(16);
        if (!draft.fixed.has(n)) set(draft, n, destination(draft));
        return `${name} *${registerName(n, width === 2 ? 'w' : 'q')}`;
      },
      3,
    ),
    template(
      `${name} *M`,
      (draft) => {
        if (calls) stackAt(draft, width, 'push');
        const text = memory(draft, { width });
        putWord(draft, draft.target!.address, width, destination(draft));
        return `${name} *${text}`;
      },
      3,
    ),
  ];
};

const returns = (name: string, width: number): Template =>
  template(
    name,
    (draft) => {
      putWord(draft, stackAt(draft, width, 'pop'), width, destination(draft));
      const released = draft.random.pick([undefined, undefined, 0, 8, 16, 0x7fff, 0xffff]);
      return released === undefined ? name : `${name} $${released}`;
    },
    4,
  );

/** Jumps by their bytes, so that as does not choose the length. */
const direct = (name: string, bytes: (draft: Draft) => readonly number[], weight = 1): Template =>
  template(
    name,
    (draft) => {
      if (name.startsWith('call')) stackAt(draft, 8, 'push');
      return `.byte ${bytes(draft)
        .map((b) => b & 0xff)
        .join(',')}`;
    },
    weight,
  );

const near = ({ random }: Draft): number => random.pick([5, 23, 100, -24, -100, 0]);
const wide = (draft: Draft): number[] => {
  const distance = near(draft);
  return [distance, distance >> 8, distance >> 16, distance >> 24];
};

const conditional: readonly Template[] = Array.from({ length: 16 }, (_, c) => [
  direct(`jcc ${c} short`, (d) => [0x70 + c, near(d)]),
  direct(`jcc ${c} near`, (d) => [0x0f, 0x80 + c, ...wide(d)]),
]).flat();

const loops: readonly Template[] = ['loopne', 'loope', 'loop', 'jrcxz'].flatMap((name, i) =>
  ['', '0x67,', '0x66,', '0x66,0x67,', '0x48,'].map((prefix) =>
    template(`${name} ${prefix}`, (draft) => {
      const count = draft.random.pick([0n, 1n, 2n, 0x1_0000_0000n, 0x1_0000_0001n, 0x1_0000n, value(draft.random)]);
      set(draft, RCX, count);
      // Short of the placeholder's length, so nothing but int3 is met.
      return `.byte ${prefix}${0xe0 + i},${draft.random.pick([5, 60, 0xd0])}`;
    }),
  ),
);

const xlat: readonly Template[] = ['xlat', 'addr32 xlat', 'fs xlat', 'gs xlat', 'rex.W xlat'].map((name) =>
  template(name, (draft) => {
    const address = place(draft, 1);
    fillAround(draft, address, 1);
    use(draft, RAX);
    const low = draft.regs[RAX]! & 0xffn;
    const segment = /^[fg]s/.exec(name)?.[0] as 'fs' | 'gs' | undefined;
    if (segment) draft[segment] = BigInt(draft.random.below(0x1000));
    const upper = name.startsWith('addr32') ? value(draft.random) << 32n : 0n;
    set(draft, RBX, address - low - (segment ? draft[segment] : 0n) + upper);
    return name;
  }),
);

export const STACK_TEMPLATES: readonly Template[] = [
  pushes('pushq', 8, stackRegister('q'), 4),
  pushes('pushw', 2, stackRegister('w'), 3),
  pushes('pushq', 8, anyMemory(8), 6),
  pushes('pushw', 2, anyMemory(2), 3),
  pushes('pushq', 8, (draft) => immediate(draft, 'l'), 3),
  pushes('pushw', 2, (draft) => immediate(draft, 'w'), 2),
  pushes('pushfq', 8, () => '', 3),
  pushes('pushfw', 2, () => '', 2),
  pushes('push %fs', 8, () => ''),
  pushes('push %gs', 8, () => ''),
  pushes('pushw %fs', 2, () => ''),
  pops('popq', 8, stackRegister('q'), 4),
  pops('popw', 2, stackRegister('w'), 3),
  pops('popq', 8, anyMemory(8), 8),
  pops('popw', 2, anyMemory(2), 4),
  popf('popfq', 8),
  popf('popfw', 2),
  enter('enterq', 8),
  enter('enterw', 2),
  leave('leaveq', 8),
  leave('leavew', 2),
  ...indirect('call', 8),
  ...indirect('jmp', 8),
  ...indirect('callw', 2),
  ...indirect('jmpw', 2),
  returns('retq', 8),
  returns('retw', 2),
  returns('rep ret', 8),
  direct('call', (d) => [0xe8, ...wide(d)], 3),
  direct('callw', (d) => [0x66, 0xe8, ...wide(d)]),
  direct('jmp short', (d) => [0xeb, near(d)]),
  direct('jmp near', (d) => [0xe9, ...wide(d)]),
  direct('jmpw', (d) => [0x66, 0xeb, near(d)]),
  direct('jccw', (d) => [0x66, 0x70 + d.random.below(16), near(d)], 2),
  ...conditional,
  ...loops,
  ...xlat,
  ...rows('q', 'movq', 'R,-8(%rsp) -8(%rsp),R R,(%rsp,%rax)'),
];
