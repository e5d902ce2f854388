/** Why the program stands where it stands, in gdb's words where it has some. */
import { hex } from '../base/hex.ts';
import type { Event } from '../cpu/delivery.ts';
import type { EventRecord } from '../cpu/observe.ts';
import { EXCEPTIONS, faultName, VECTOR } from '../cpu/stop.ts';
import { nameCr3 } from '../machine/linux.ts';
import type { Machine } from '../machine/machine.ts';
import { eventName } from '../trace/interrupts.ts';
import { stopText } from '../trace/report.ts';
import type { Report } from './motion.ts';
import { printText } from './print.ts';
import { hasReturned, machineOf, type Session, scopeOf } from './session.ts';
import type { Value } from './values.ts';
import type { Hit } from './watch.ts';

/** Empty where there is nothing to say but the place. */
export function reportLines(session: Session, report: Report): string[] {
  return [...report.hits.flatMap((hit) => hitLines(session, hit)), ...reasonLines(session, report)];
}

function hitLines(session: Session, hit: Hit): string[] {
  const { number } = hit.point;
  switch (hit.kind) {
    case 'breakpoint':
      return ['', `${hit.point.temporary ? 'Temporary breakpoint' : 'Breakpoint'} ${number}, ${hit.point.spec}`];
    case 'watchpoint':
      return ['', ...watchLines(session, hit)];
    case 'catchpoint':
      return [
        '',
        `Catchpoint ${number} (${hit.record ? recordText(machineOf(session), hit.record) : 'patched alternative'})`,
      ];
    default:
      return hit satisfies never;
  }
}

function watchLines(session: Session, { point, old, now }: Extract<Hit, { kind: 'watchpoint' }>): string[] {
  const hardware = point.how.kind === 'step' ? 'W' : 'Hardware w';
  const title = {
    write: `${hardware}atchpoint`,
    read: 'Hardware read watchpoint',
    access: 'Hardware access (read/write) watchpoint',
  }[point.access];
  const head = `${title} ${point.number}: ${point.text}`;
  if (point.access !== 'write' && (now === undefined || old?.bits === now.bits))
    return [head, '', `Value = ${watchedText(session, now)}`];
  return [head, '', `Old value = ${watchedText(session, old)}`, `New value = ${watchedText(session, now)}`];
}

function watchedText(session: Session, value: Value | undefined): string {
  if (value === undefined) return '<unreadable>';
  const text = printText(
    value,
    value.elements || !['int', 'flags'].includes(value.type.kind) ? {} : { letter: 'x' },
    scopeOf(session),
  );
  return text.ok ? text.value : `<error: ${text.message}>`;
}

export function recordText({ space }: Machine, record: EventRecord | Event): string {
  if ('vector' in record && 'detail' in record) return `exception ${eventText(record)}`;
  const change = ({ old, value }: { readonly old: bigint; readonly value: bigint }): string =>
    `${hex(old)} -> ${hex(value)}`;
  switch (record.kind) {
    case 'cr': {
      const name = record.index === 3 ? nameCr3(space, record.value) : undefined;
      const flush = record.index === 3 ? (record.noFlush ? ', no flush' : ', flush') : '';
      return `CR${record.index} written: ${change(record)}${name ? `, ${name}` : ''}${flush}`;
    }
    case 'dr':
      return `DR${record.index} written: ${change(record)}`;
    case 'msr':
      return `MSR ${hex(BigInt(record.index))} written: ${change(record)}`;
    case 'cpl':
      return `privilege changed: CPL ${record.from} -> ${record.to}`;
    case 'swapgs':
      return `swapgs: GS base ${hex(record.gs)}, kernel GS base ${hex(record.kernelGs)}`;
    case 'tlb-flush':
      return `TLB flushed: ${record.reason}, ${record.dropped} entries dropped`;
    case 'event':
      return `${eventName(record.event)} delivered`;
    default:
      return record.kind;
  }
}

/** `#PF(0x2), page fault` */
export function eventText({ vector, error, kind }: Event): string {
  const code = error === undefined ? '' : `(${hex(BigInt(error))})`;
  const title = EXCEPTIONS.find((e) => e.vector === vector)?.title;
  const how = kind === 'software' || kind === 'privileged-software' ? ', by an instruction' : '';
  return `${faultName(vector)}${code}${title ? `, ${title}` : ''}${how}`;
}

function reasonLines(session: Session, { reason, hits }: Report): string[] {
  const machine = machineOf(session);
  switch (reason.kind) {
    case 'done':
    case 'hit':
      return [];
    case 'exception': {
      const address = reason.event.vector === VECTOR.PF ? `, address ${hex(reason.cr2)}` : '';
      return [
        ...(hits.length > 0 ? [] : ['']),
        `Program raised ${eventText(reason.event)}${address}.`,
        `${reason.event.detail}; it is delivered when the program goes on.`,
      ];
    }
    case 'ended':
      if (hasReturned(session, reason.stop))
        return ['', "[The entry has returned; `run' starts it again, `reverse-stepi' goes back]"];
      return ['', `Program ended: ${stopText(machine, reason.stop)}.`];
    case 'budget':
      return [
        '',
        `Stopped after ${reason.ticks.toLocaleString('en')} instructions (see \`set max-insns'); \`continue' goes on.`,
      ];
    case 'interrupted':
      return ['', 'Program received signal SIGINT, Interrupt.'];
    case 'start-of-history':
      return ['', 'No more reverse-execution history.'];
    default:
      return reason satisfies never;
  }
}
