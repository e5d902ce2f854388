/**
 * Short sequences: a few instructions with registers and flags flowing between them, branches over some of them, calls, pushes
 * and pops that pair, loops of a few turns. They run to the int3 behind them.
 */
import { type Draft, fillAround, set, use } from './draft.ts';
import { DATA, DATA_NEXT, STACK } from './layout.ts';
import { RBX, RCX, RSI, RSP, registerName, type Size } from './operands.ts';
import { type Template, template } from './template.ts';

/** Registers that flow; RSI and RBX hold addresses, RSP the stack, RCX counts. */
const FLOWING = [0, 2, 5, 7, 8, 9, 10, 13] as const;
const CONDITIONS = 'o no b ae e ne be a s ns p np l ge le g'.split(' ');

type Piece = (draft: Draft) => string;

const flowing = (draft: Draft, size: Size): string => {
  const n = draft.random.pick(FLOWING);
  use(draft, n);
  return registerName(n, size);
};

const anySize = ({ random }: Draft): Size => random.pick(['b', 'w', 'l', 'l', 'q', 'q'] as const);
const wideSize = ({ random }: Draft): Size => random.pick(['w', 'l', 'q'] as const);

/** RSI points near a boundary of pages, RBX into a page. */
const data = ({ random }: Draft): string => `${random.between(-24, 24)}(${registerName(random.pick([RSI, RBX]), 'q')})`;

const small = ({ random }: Draft, size: Size): string =>
  `$${size === 'b' || random.chance(0.7) ? random.between(-128, 127) : random.between(-9999, 9999)}`;

const two =
  (names: string): Piece =>
  (draft) => {
    const size = anySize(draft);
    return `${draft.random.pick(names.split(' '))}${size} ${flowing(draft, size)},${flowing(draft, size)}`;
  };

const PIECES: readonly Piece[] = [
  two('add adc sub sbb and or xor cmp test mov xchg'),
  two('add adc sub sbb and or xor cmp test mov xchg'),
  two('adc sbb xadd cmpxchg'),
  (draft) => {
    const size = anySize(draft);
    return `${draft.random.pick('add adc sub sbb and or xor cmp test mov'.split(' '))}${size} ${small(draft, size)},${flowing(draft, size)}`;
  },
  (draft) => {
    const size = anySize(draft);
    return `${draft.random.pick('add adc sub sbb and or xor cmp mov'.split(' '))}${size} ${data(draft)},${flowing(draft, size)}`;
  },
  (draft) => {
    const size = anySize(draft);
    return `${draft.random.pick('add adc sub sbb and or xor cmp test mov xadd cmpxchg xchg'.split(' '))}${size} ${flowing(draft, size)},${data(draft)}`;
  },
  (draft) => {
    const size = anySize(draft);
    return `${draft.random.pick('inc dec neg not'.split(' '))}${size} ${draft.random.chance(0.7) ? flowing(draft, size) : data(draft)}`;
  },
  (draft) => {
    const size = anySize(draft);
    return `${draft.random.pick('shl shr sar rol ror rcl rcr'.split(' '))}${size} $${draft.random.pick([1, 1, draft.random.below(32)])},${flowing(draft, size)}`;
  },
  (draft) => {
    const size = anySize(draft);
    return `${draft.random.pick('shl shr sar rol ror rcl rcr'.split(' '))}${size} %cl,${flowing(draft, size)}`;
  },
  (draft) => {
    const size = wideSize(draft);
    return `cmov${draft.random.pick(CONDITIONS)}${size} ${flowing(draft, size)},${flowing(draft, size)}`;
  },
  (draft) => `set${draft.random.pick(CONDITIONS)} ${draft.random.chance(0.7) ? flowing(draft, 'b') : data(draft)}`,
  (draft) => {
    const size = wideSize(draft);
    return `${draft.random.pick('imul bsf bsr tzcnt lzcnt popcnt bt bts btr btc'.split(' '))}${size} ${flowing(draft, size)},${flowing(draft, size)}`;
  },
  (draft) => {
    const size = draft.random.pick(['l', 'q'] as const);
    const [a, b, c] = [flowing(draft, size), flowing(draft, size), flowing(draft, size)];
    return `${draft.random.pick('andn pdep pext bextr bzhi sarx shlx shrx mulx'.split(' '))}${size} ${a},${b},${c}`;
  },
  (draft) => {
    const size = draft.random.pick(['l', 'q'] as const);
    return ['adcx', 'adox'].map((name) => `${name}${size} ${flowing(draft, size)},${flowing(draft, size)}`).join('; ');
  },
  (draft) => {
    const size = draft.random.pick(['l', 'q'] as const);
    const name = draft.random.pick(['blsi', 'blsr', 'blsmsk']);
    return `${name}${size} ${flowing(draft, size)},${flowing(draft, size)}; bswap${size} ${flowing(draft, size)}`;
  },
  (draft) => {
    const size = wideSize(draft);
    const [base, index] = [flowing(draft, 'q'), flowing(draft, 'q')];
    const scale = draft.random.pick([1, 2, 4, 8]);
    return `lea${size} ${draft.random.between(-99, 99)}(${base},${index},${scale}),${flowing(draft, size)}`;
  },
  (draft) =>
    `movzbl ${flowing(draft, 'b')},${flowing(draft, 'l')}; movswq ${flowing(draft, 'w')},${flowing(draft, 'q')}`,
  (draft) =>
    draft.random.pick([
      'lahf',
      'sahf',
      'clc',
      'stc',
      'cmc',
      'cltq',
      'cqto',
      'cwtl',
      'cltd',
      'nop',
      'lahf; sahf',
      'pushfq; popfq',
    ]),
  (draft) => `pushq ${flowing(draft, 'q')}; popq ${flowing(draft, 'q')}`,
  (draft) => `pushq ${flowing(draft, 'q')}; ${two('add sub xor')(draft)}; popq ${flowing(draft, 'q')}`,
  (draft) => `pushfq; ${two('add sub xor')(draft)}; popfq`,
  (draft) => `movq ${flowing(draft, 'q')},-8(%rsp); addq -8(%rsp),${flowing(draft, 'q')}`,
];

const piece: Piece = (draft) => draft.random.pick(PIECES)(draft);
const pieces = (draft: Draft, least: number, most: number): string =>
  Array.from({ length: draft.random.between(least, most) }, () => piece(draft)).join('; ');

/** Labels are numbers, `f` and `b` find the nearest, so the shapes can follow each other. */
const SHAPES: readonly Piece[] = [
  (draft) => pieces(draft, 2, 6),
  (draft) => pieces(draft, 2, 6),
  (draft) =>
    `${pieces(draft, 1, 2)}; j${draft.random.pick(CONDITIONS)} 1f; ${pieces(draft, 1, 2)}; 1: ${pieces(draft, 1, 2)}`,
  (draft) =>
    `${pieces(draft, 1, 2)}; j${draft.random.pick(CONDITIONS)} 1f; jmp 2f; 1: ${pieces(draft, 1, 2)}; 2: ${piece(draft)}`,
  (draft) => `${piece(draft)}; call 1f; ${piece(draft)}; jmp 2f; 1: ${pieces(draft, 1, 2)}; ret; 2: ${piece(draft)}`,
  (draft) => `lea 1f(%rip),%rax; ${two('cmp test')(draft)}; jmp *%rax; int3; 1: ${pieces(draft, 1, 3)}`,
  (draft) =>
    `movl $${draft.random.between(1, 5)},%ecx; 1: ${pieces(draft, 1, 3)}; ${draft.random.pick(['loop', 'loope', 'loopne'])} 1b`,
  (draft) => `movl $${draft.random.between(1, 5)},%ecx; 1: ${pieces(draft, 1, 3)}; decl %ecx; jnz 1b`,
  (draft) =>
    `xorl %ecx,%ecx; 1: ${piece(draft)}; incl %ecx; cmpl $${draft.random.between(1, 4)},%ecx; jb 1b; ${piece(draft)}`,
  (draft) => `jrcxz 1f; ${pieces(draft, 1, 2)}; 1: ${piece(draft)}`,
];

/** Two addresses, a stack, a small count. */
export function setUp(draft: Draft): void {
  const { random } = draft;
  set(draft, RSI, BigInt(DATA_NEXT + random.between(-8, 8)));
  set(draft, RBX, BigInt(DATA + 0x400 + random.below(32)));
  set(draft, RSP, BigInt(STACK + 0x800 + 8 * random.below(8) + (random.chance(0.1) ? random.below(8) : 0)));
  set(draft, RCX, BigInt(random.below(8)));
  for (const at of [draft.regs[RSI]!, draft.regs[RBX]!]) fillAround(draft, at - 24n, 48);
  draft.sequence = true;
}

export const SEQUENCES: readonly Template[] = SHAPES.map((shape, i) =>
  template(
    `sequence ${i}`,
    (draft) => {
      setUp(draft);
      return shape(draft);
    },
    60,
  ),
);
