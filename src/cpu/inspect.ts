/** LAR, LSL, VERR, VERW: what a descriptor holds, as far as the program may know (SDM vol. 2; vol. 3, 5.10). */
import {
  isNull,
  isPrivate,
  isReadable,
  isSystem,
  isWritable,
  limitOf,
  rplOf,
  SYSTEM_TYPE,
  typeOf,
} from './descriptors.ts';
import { type Found, lookUp } from './segments.ts';
import { type Cpu, cpl } from './state.ts';
import type { Fault } from './stop.ts';
import { isFault } from './system-access.ts';

export type Inspection = 'lar' | 'lsl' | 'verr' | 'verw';

/** System descriptors that have a limit; LAR tells of call gates too. */
const LSL_TYPES: readonly number[] = [SYSTEM_TYPE.LDT, SYSTEM_TYPE.TSS, SYSTEM_TYPE.BUSY_TSS];
const LAR_TYPES: readonly number[] = [...LSL_TYPES, SYSTEM_TYPE.CALL_GATE];

/** Access rights, limit, or 0 where only the answer counts; undefined: ZF = 0. */
export function inspect(cpu: Cpu, what: Inspection, selector: number): bigint | Fault | undefined {
  if (isNull(selector)) return undefined;
  const found = lookUp(cpu, selector);
  if (found === undefined || isFault(found)) return found;
  if (!isAllowed(what, found) || isPrivate(found.attributes, cpl(cpu), rplOf(selector))) return undefined;
  return report(what, found);
}

function isAllowed(what: Inspection, { attributes }: Found): boolean {
  switch (what) {
    case 'lar':
      return !isSystem(attributes) || LAR_TYPES.includes(typeOf(attributes));
    case 'lsl':
      return !isSystem(attributes) || LSL_TYPES.includes(typeOf(attributes));
    case 'verr':
      return isReadable(attributes);
    case 'verw':
      return isWritable(attributes);
  }
}

/** LAR gives the second doubleword without its parts of the base; the bits of the limit, undefined, are there on silicon. */
const ACCESS_RIGHTS = 0x00ff_ff00;

function report(what: Inspection, { low, high }: Found): bigint {
  if (what === 'lar') return BigInt(high & ACCESS_RIGHTS);
  return what === 'lsl' ? BigInt(limitOf(low, high)) : 0n;
}
