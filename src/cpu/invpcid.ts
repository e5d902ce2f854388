/** INVPCID, SDM vol. 2: type in a register, descriptor (PCID, linear address) in 16 bytes at [LINEAR]. */
import { readOperand } from './operand.ts';
import { type Cpu, CR4, cr, isCanonicalBase, low } from './state.ts';
import { type Fault, gp, ud } from './stop.ts';
import { flushAddress, flushAll, flushNonGlobal, flushPcid } from './tlb.ts';

export const INVPCID_TYPE = { ADDRESS: 0n, CONTEXT: 1n, ALL: 2n, NON_GLOBAL: 3n } as const;

export function invpcid(cpu: Cpu, type: bigint): Fault | undefined {
  if (!cpu.model.features.invpcid) return ud('INVPCID: the CPU has none');
  const bytes = readOperand(cpu, 16);
  if (!bytes) return cpu.fault;
  const descriptor = new DataView(bytes.buffer);
  const pcidWord = descriptor.getBigUint64(0, true);
  const linear = descriptor.getBigUint64(8, true);
  if (type > INVPCID_TYPE.NON_GLOBAL) return gp(`INVPCID type ${type} (SDM vol. 2, INVPCID)`);
  if (pcidWord >> 12n) return gp('INVPCID descriptor bits 63:12 are reserved');
  const pcid = Number(pcidWord);
  if (type <= INVPCID_TYPE.CONTEXT && pcid !== 0 && !(low(cpu, cr(4)) & CR4.PCIDE))
    return gp('INVPCID of a PCID other than 0 while CR4.PCIDE = 0');
  switch (type) {
    case INVPCID_TYPE.ADDRESS:
      if (!isCanonicalBase(cpu, linear)) return gp('INVPCID type 0 with a non-canonical address');
      flushAddress(cpu, Number(linear & 0xffffffffn) | 0, Number(linear >> 32n) | 0, pcid, false, 'INVPCID type 0');
      return undefined;
    case INVPCID_TYPE.CONTEXT:
      flushPcid(cpu, pcid, 'INVPCID type 1');
      return undefined;
    case INVPCID_TYPE.ALL:
      flushAll(cpu, 'INVPCID type 2');
      return undefined;
    default:
      flushNonGlobal(cpu, 'INVPCID type 3');
      return undefined;
  }
}
