/**
 * What compatibility mode adds to the lowerings: a pass that puts a `logical` micro-op, which applies segmentation, before each
 * access (SDM vol. 3, 5.2.1), so that what accesses memory sees a linear address as in 64-bit mode.
 *
 * The lowerings themselves draft addresses with a segment and of 16 or 32 bits; one without a segment is linear already. Of the others
 * nothing is left behind the pass.
 */
import type { Address, MemoryUop, SystemUop, Tmp, Uop } from '../uop.ts';
import { type Draft, temporary } from './draft.ts';

type Accessing = Extract<MemoryUop | SystemUop | Uop, { address: Address }>;

/** The micro-ops of an instruction of compatibility mode, with every address in them linear. */
export const segmented = (draft: Draft): Uop[] =>
  draft.uops.flatMap((uop): Uop[] => {
    if (!('address' in uop) || uop.op === 'lea' || uop.address.segment === 'none') return [uop];
    const dst = temporary(draft);
    return [
      { op: 'logical', ...accessOf(uop), address: uop.address, dst },
      { ...uop, address: linear(uop.address, dst) },
    ];
  });

/** What of the segment is checked. */
function accessOf(uop: Accessing): { readonly access: 'read' | 'write' | 'none'; readonly width: number } {
  switch (uop.op) {
    case 'load':
      return { access: 'read', width: uop.width };
    case 'probe':
    case 'early':
      return { access: 'write', width: uop.width };
    case 'clflush':
      return { access: 'read', width: 1 };
    case 'invpcid':
      return { access: 'read', width: 16 };
    default:
      return { access: 'none', width: 1 };
  }
}

const linear = ({ segment }: Address, base: Tmp): Address => ({
  segment: 'none',
  base,
  scale: 1,
  disp: 0n,
  addressWidth: 8,
  stack: segment === 'ss',
});
