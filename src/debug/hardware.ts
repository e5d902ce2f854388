/**
 * Breakpoints in the machine's own debug registers, which the program can read and overwrite as it can any other (SDM vol. 3, 17.2.4).
 */
import * as cpuModel from '../cpu/cpu.ts';
import { afterChange, beforeChange, machineOf, type Session } from './session.ts';

const enableBits = (n: number): bigint => 3n << BigInt(2 * n);
const globalBit = (n: number): bigint => 2n << BigInt(2 * n);
/** R/W and LEN: 0 is execution, one byte. */
const conditionBits = (n: number): bigint => 15n << BigInt(16 + 4 * n);

/** One of DR0 … DR3 that neither the program nor another breakpoint uses. */
export function freeRegister({ bench, points }: Session): number | undefined {
  const dr7 = cpuModel.getDr(bench.machine.cpu, 7);
  const isTaken = (n: number): boolean => points.some((point) => point.kind === 'breakpoint' && point.register === n);
  return [0, 1, 2, 3].find((n) => (dr7 & enableBits(n)) === 0n && !isTaken(n));
}

export function armRegister(session: Session, n: number, address: bigint): void {
  const { cpu } = machineOf(session);
  beforeChange(session);
  cpuModel.setDr(cpu, n, address);
  cpuModel.setDr(cpu, 7, (cpuModel.getDr(cpu, 7) & ~(enableBits(n) | conditionBits(n))) | globalBit(n));
  afterChange(session);
}

export function disarmRegister(session: Session, n: number): void {
  const { cpu } = machineOf(session);
  beforeChange(session);
  cpuModel.setDr(cpu, 7, cpuModel.getDr(cpu, 7) & ~(enableBits(n) | conditionBits(n)));
  afterChange(session);
}
