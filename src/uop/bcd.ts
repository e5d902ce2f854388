/** AAA, AAS, DAA, DAS as the manual's operations (SDM vol. 2), with the flags that it leaves open as a Zen 4 leaves them. */
import { RFLAGS } from '../isa/insn.ts';

export type Adjustment = 'aaa' | 'aas' | 'daa' | 'das';

const { CF, PF, AF, ZF, SF, OF } = RFLAGS;
/** The six flags that the adjustments write. */
export const ADJUSTED_FLAGS = CF | PF | AF | ZF | SF | OF;

/** AX and the arithmetic flags (RFLAGS bits) before and after. */
export interface Adjusted {
  readonly ax: number;
  readonly flags: number;
}

export const adjust = (kind: Adjustment, before: Adjusted): Adjusted =>
  kind === 'aaa' || kind === 'aas' ? adjustUnpacked(kind, before) : adjustPacked(kind, before);

/** The flags are those of the addition to AX, before its upper digits are cleared. */
function adjustUnpacked(kind: 'aaa' | 'aas', { ax, flags }: Adjusted): Adjusted {
  const carries = (ax & 0xf) > 9 || (flags & AF) !== 0;
  const step = !carries ? 0 : kind === 'aaa' ? 0x106 : -0x106;
  const sum = (ax + step) & 0xffff;
  return { ax: sum & 0xff0f, flags: (carries ? CF | AF : 0) | resultFlags(ax, sum, 0x8000, step) };
}

function adjustPacked(kind: 'daa' | 'das', { ax, flags }: Adjusted): Adjusted {
  const al = ax & 0xff;
  const low = (al & 0xf) > 9 || (flags & AF) !== 0;
  const high = al > 0x99 || (flags & CF) !== 0;
  const borrows = kind === 'das' && low && al < 6;
  const step = ((low ? 6 : 0) + (high ? 0x60 : 0)) * (kind === 'daa' ? 1 : -1);
  const result = (al + step) & 0xff;
  const carry = high || borrows ? CF : 0;
  return { ax: (ax & 0xff00) | result, flags: carry | (low ? AF : 0) | resultFlags(al, result, 0x80, step) };
}

/** PF, ZF, SF and OF of a sum with a small number, given its sign bit. */
function resultFlags(before: number, sum: number, sign: number, step: number): number {
  let parity = sum ^ (sum >> 4);
  parity ^= parity >> 2;
  parity ^= parity >> 1;
  const overflows = step > 0 ? ~before & sum & sign : step < 0 ? before & ~sum & sign : 0;
  return (parity & 1 ? 0 : PF) | (sum === 0 ? ZF : 0) | (sum & sign ? SF : 0) | (overflows ? OF : 0);
}
