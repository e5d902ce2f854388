/** Single instructions of the integer set, in every size, with registers and memory anywhere. */
import { type Draft, fillAround, putWord, set, value } from './draft.ts';
import { BYTES, memory, place, RAX, RBX, RCX, RDX, registerName, registerNumber, type Size } from './operands.ts';
import { ACCUMULATOR, COUNT, implicit, PAIR, rows, type Template, template } from './template.ts';

const CONDITIONS = 'o no b ae e ne be a s ns p np l ge le g'.split(' ');
const each = (text: string): string => CONDITIONS.map((c) => text.replace('#', c)).join(' ');

/** Half of the quotients fit, and few divisors are zero. */
function quotientFits(draft: Draft, size: Size): void {
  const { random } = draft;
  PAIR(draft, size);
  if (random.chance(0.35)) return;
  const bits = BigInt(8 * BYTES[size]);
  const high = random.pick([0n, 0n, 1n, BigInt(random.below(16)), (1n << bits) - 1n]);
  if (size === 'b') set(draft, RAX, (draft.regs[RAX]! & ~0xff00n) | ((high & 0x3n) << 8n));
  else set(draft, RDX, (draft.regs[RDX]! & ~((1n << bits) - 1n)) | high);
}

/** Every other time the accumulator equals the destination. */
function comparesEqual(draft: Draft, size: Size): void {
  ACCUMULATOR(draft, size);
  if (draft.target && draft.random.chance(0.6)) putWord(draft, draft.target.address, BYTES[size], draft.regs[RAX]!);
}

const comparesPair =
  (half: 4 | 8) =>
  (draft: Draft): void => {
    implicit(RAX, RBX, RCX, RDX)(draft, 'q');
    const { target, random } = draft;
    if (!target || random.chance(0.4)) return;
    putWord(draft, target.address, half, draft.regs[RAX]!);
    putWord(draft, target.address + BigInt(half), half, draft.regs[RDX]!);
  };

/** BT and family with a register offset: the bit may lie far from the operand's address, and it is the bit's word that is placed. */
const bitOffset = (mnemonic: string, size: Size): Template =>
  template(`${mnemonic}${size} R,M`, (draft) => {
    const { random } = draft;
    const bits = 8 * BYTES[size];
    const n = registerNumber(draft, size);
    const reach = random.pick([bits, 200, 0x4000, 0x7fff]);
    const offset = BigInt(random.between(-reach, reach));
    const noise = size === 'q' ? 0n : value(random) << BigInt(bits);
    set(draft, n, BigInt.asUintN(bits, offset) | noise);
    const word = (offset - (offset & BigInt(bits - 1))) / 8n;
    const accessed = place(draft, BYTES[size]);
    const text = memory(draft, { width: BYTES[size], avoid: [n], address: BigInt.asUintN(64, accessed - word) });
    fillAround(draft, accessed, BYTES[size]);
    return `${mnemonic}${size} ${registerName(n, size)},${text}`;
  });

export const INTEGER: readonly Template[] = [
  ...rows('bwlq', 'add% adc% sub% sbb% and% or% xor%', 'E,R R,E I,E'),
  ...rows('bwlq', 'lock_add% lock_adc% lock_sub% lock_sbb% lock_and% lock_or% lock_xor%', 'R,M I,M'),
  ...rows('bwlq', 'cmp%', 'E,R R,E I,E'),
  ...rows('bwlq', 'test%', 'R,E I,E'),
  ...rows('bwlq', 'mov%', 'E,R R,E I,E'),
  ...rows('bwlq', 'not% neg% inc% dec%', 'E'),
  ...rows('bwlq', 'lock_not% lock_neg% lock_inc% lock_dec%', 'M'),
  ...rows('bwlq', 'shl% shr% sar% rol% ror% rcl% rcr%', 'B,E %cl,E $1,E', { avoid: [RCX], adjust: COUNT }),
  ...rows('wlq', 'shld% shrd%', 'B,R,E %cl,R,E', { avoid: [RCX], adjust: COUNT }),
  ...rows('bwlq', 'mul% imul%', 'E E', { adjust: PAIR }),
  ...rows('wlq', 'imul%', 'E,R I,E,R'),
  ...rows('bwlq', 'div% idiv%', 'E E', { avoid: [RAX, RDX], adjust: quotientFits }),
  ...rows('bwlq', 'xadd% lock_xadd%', 'R,M'),
  ...rows('bwlq', 'xadd% xchg%', 'R,R'),
  ...rows('bwlq', 'cmpxchg% lock_cmpxchg%', 'R,M', { adjust: comparesEqual }),
  ...rows('bwlq', 'cmpxchg%', 'R,R', { adjust: ACCUMULATOR }),
  ...rows('bwlq', 'xchg% lock_xchg%', 'R,M'),
  ...rows('q', 'cmpxchg8b lock_cmpxchg8b', 'M8 M8', { avoid: [RAX, RBX, RCX, RDX], adjust: comparesPair(4) }),
  ...rows('q', 'cmpxchg16b lock_cmpxchg16b', 'M16 M16', { avoid: [RAX, RBX, RCX, RDX], adjust: comparesPair(8) }),
  ...rows('wlq', 'bt% bts% btr% btc%', 'R,R B,E'),
  ...rows('wlq', 'lock_bts% lock_btr% lock_btc%', 'B,M'),
  ...['bt', 'bts', 'btr', 'btc', 'lock bts', 'lock btr', 'lock btc'].flatMap((m) =>
    (['w', 'l', 'q'] as const).map((s) => bitOffset(m, s)),
  ),
  ...rows('wlq', 'bsf% bsr% popcnt% tzcnt% lzcnt%', 'E,R'),
  ...rows('wlq', 'lea%', 'M,R'),
  ...rows('wlq', each('cmov#%'), 'E,R'),
  ...rows('b', each('set#'), 'E'),
  ...rows('wlq', 'movzb% movsb%', 'Eb,R'),
  ...rows('lq', 'movzw% movsw%', 'Ew,R'),
  ...rows('q', 'movslq', 'El,R'),
  ...rows('wlq', 'movbe%', 'M,R R,M'),
  ...rows('lq', 'movnti%', 'R,M'),
  ...rows('lq', 'bswap%', 'R'),
  ...rows('q', 'cbtw cwtl cltq cwtd cltd cqto', '-', { adjust: ACCUMULATOR }),
  ...rows('q', 'lahf sahf clc stc cmc cld std', '-', { adjust: ACCUMULATOR }),
  ...rows('q', 'nop pause lfence mfence sfence endbr64 endbr32', '-'),
  ...rows('wlq', 'nop%', 'E'),
  ...rows('q', 'prefetcht0 prefetcht1 prefetcht2 prefetchnta prefetchw clflush clflushopt clwb', 'M1'),
  // VEX-encoded and other newcomers.
  ...rows('lq', 'andn% pdep% pext%', 'E,R,R'),
  ...rows('lq', 'bextr% bzhi% sarx% shlx% shrx%', 'R,E,R'),
  ...rows('lq', 'blsi% blsr% blsmsk%', 'E,R'),
  ...rows('lq', 'rorx%', 'B,E,R'),
  ...rows('lq', 'mulx%', 'E,R,R', { adjust: implicit(RDX) }),
  ...rows('lq', 'adcx% adox%', 'E,R'),
  ...rows('l', 'crc32b', 'Eb,Rl'),
  ...rows('l', 'crc32w', 'Ew,Rl'),
  ...rows('l', 'crc32l', 'El,Rl'),
  ...rows('q', 'crc32b', 'Eb,Rq'),
  ...rows('q', 'crc32q', 'Eq,Rq'),
];
