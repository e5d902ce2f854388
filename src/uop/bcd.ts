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

function adjustUnpacked(kind: 'aaa' | 'aas', { ax, flags }: Adjusted): Adjusted {
  const carries = (ax & 0xf) > 9 || (flags & AF) !== 0;
  const step = kind === 'aaa' ? 0x106 : -0x106;
  const sum = carries ? (ax + step) & 0xffff : ax;
  const result = sum & 0xff0f;
  return { ax: result, flags: (carries ? CF | AF : 0) | resultFlags(result & 0xff) };
}

function adjustPacked(kind: 'daa' | 'das', { ax, flags }: Adjusted): Adjusted {
  const al = ax & 0xff;
  const sign = kind === 'daa' ? 1 : -1;
  const low = (al & 0xf) > 9 || (flags & AF) !== 0;
  const high = al > 0x99 || (flags & CF) !== 0;
  const borrows = kind === 'das' && low && al < 6;
  const result = (al + sign * ((low ? 6 : 0) + (high ? 0x60 : 0))) & 0xff;
  const carry = high || borrows ? CF : 0;
  return { ax: (ax & 0xff00) | result, flags: carry | (low ? AF : 0) | resultFlags(result) };
}

function resultFlags(byte: number): number {
  let parity = byte ^ (byte >> 4);
  parity ^= parity >> 2;
  parity ^= parity >> 1;
  return (parity & 1 ? 0 : PF) | (byte === 0 ? ZF : 0) | (byte & 0x80 ? SF : 0);
}
