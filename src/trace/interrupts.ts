/**
 * A line for each event on its way through the IDT, in the columns of QEMU's `-d int`, for those who grep for them:
 *
 *      0: v=0e e=0002 i=0 cpl=3 IP=0033:0000000000401000 SP=002b:00007ffffffff000 CR2=0000000000000000  #PF
 *
 * `v` vector, `e` error code (0 without one), `i` 1 for software interrupts, then what was interrupted. An event that could not be delivered is followed
 * by what it became.
 */
import { address } from '../base/hex.ts';
import type { Delivery } from '../cpu/observe.ts';
import { faultName, VECTOR } from '../cpu/stop.ts';

/** `index` counts the lines of a run. */
export function interruptText({ event, cpl, cs, rip, rsp, ss, cr2, failure }: Delivery, index: number): string {
  const { vector, error = 0, kind } = event;
  const software = kind === 'software' || kind === 'privileged-software';
  const fields = [
    `v=${hexDigits(vector, 2)}`,
    `e=${hexDigits(error, 4)}`,
    `i=${software ? 1 : 0}`,
    `cpl=${cpl}`,
    `IP=${hexDigits(cs, 4)}:${address(rip)}`,
    `SP=${hexDigits(ss, 4)}:${address(rsp)}`,
    ...(vector === VECTOR.PF ? [`CR2=${address(cr2)}`] : []),
  ];
  return `${String(index).padStart(6)}: ${fields.join(' ')}  ${eventName(event)}${failure ? `, not delivered: ${faultName(failure.vector)}` : ''}`;
}

const hexDigits = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** `#PF`, `int 0x80`, `interrupt 0x20`. */
export function eventName({ vector, kind }: Delivery['event']): string {
  const number = `0x${vector.toString(16)}`;
  if (kind === 'software') return `int ${number}`;
  if (kind === 'external' && vector !== VECTOR.NMI) return `interrupt ${number}`;
  return faultName(vector);
}

/** One JSON value an event; 64-bit values are hexadecimal strings. */
export const interruptJson = ({ event, cpl, cs, rip, rsp, ss, cr2, failure }: Delivery): Record<string, unknown> => ({
  vector: event.vector,
  name: eventName(event),
  kind: event.kind,
  ...(event.error !== undefined && { error: event.error }),
  cpl,
  cs,
  rip: `0x${rip.toString(16)}`,
  ss,
  rsp: `0x${rsp.toString(16)}`,
  ...(event.vector === VECTOR.PF && { cr2: `0x${cr2.toString(16)}` }),
  ...(failure && { failure: faultName(failure.vector) }),
});
