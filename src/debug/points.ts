/**
 * What a session stops for: breakpoints, watchpoints, catchpoints, numbered from 1 in one row as in gdb. Plain data; `session.ts` decides what is hit.
 */
import type { Event } from '../cpu/delivery.ts';
import type { EventRecord } from '../cpu/observe.ts';
import { VECTOR } from '../cpu/stop.ts';
import type { Node } from './expression.ts';
import type { Location } from './locations.ts';

interface Common {
  readonly number: number;
  enabled: boolean;
  /** Goes with its first hit. */
  readonly temporary: boolean;
  condition: { readonly text: string; readonly node: Node } | undefined;
  /** So many hits are passed over. */
  ignore: number;
  hits: number;
  /** Commands for when it stops the program. */
  commands: readonly string[];
}

export interface Breakpoint extends Common {
  readonly kind: 'breakpoint';
  /** As it was asked for: found anew when the program is patched anew. */
  readonly spec: string;
  /** The file that a plain line number was one of. */
  readonly file: string | undefined;
  locations: readonly Location[];
  /** The debug register that it uses, 0 … 3. */
  readonly register: number | undefined;
}

export interface Watchpoint extends Common {
  readonly kind: 'watchpoint';
  readonly text: string;
  readonly node: Node;
  readonly access: 'write' | 'read' | 'access';
  /**
   * How a change is noticed. `data`: at an access to these bytes. `registers`: at a write of CR0, 3, 4, 8, DR0 … 3. `step`: by a look after
   * every instruction.
   */
  readonly how:
    | { readonly kind: 'data'; readonly first: bigint; readonly last: bigint }
    | { readonly kind: 'registers' }
    | { readonly kind: 'step' };
}

export interface Catchpoint extends Common {
  readonly kind: 'catchpoint';
  readonly caught: Caught;
}

/** What a catchpoint is for; a missing field means any. */
export type Caught =
  /** Before it is delivered. */
  | { readonly kind: 'exception'; readonly vector?: number }
  /** At its handler: external interrupts and NMIs. */
  | { readonly kind: 'interrupt'; readonly vector?: number }
  | { readonly kind: 'cr'; readonly index: number }
  | { readonly kind: 'dr'; readonly index?: number }
  | { readonly kind: 'msr'; readonly index?: number; readonly name?: string }
  | { readonly kind: 'tlb-flush' }
  | { readonly kind: 'cpl' }
  | { readonly kind: 'swapgs' }
  /** The first instruction of a range that the patcher wrote. */
  | { readonly kind: 'alternative'; readonly feature?: number; readonly name?: string };

export type Point = Breakpoint | Watchpoint | Catchpoint;

/** Whether a record of the CPU is what a catchpoint waits for. */
export function catches(caught: Caught, record: EventRecord): boolean {
  switch (caught.kind) {
    case 'cr':
      return record.kind === 'cr' && record.index === caught.index;
    case 'dr':
      return record.kind === 'dr' && (caught.index ?? record.index) === record.index;
    case 'msr':
      return record.kind === 'msr' && (caught.index ?? record.index) === record.index;
    case 'interrupt':
      return (
        record.kind === 'event' &&
        record.event.kind === 'external' &&
        (caught.vector ?? record.event.vector) === record.event.vector
      );
    case 'tlb-flush':
    case 'cpl':
    case 'swapgs':
      return record.kind === caught.kind;
    case 'exception':
    case 'alternative':
      return false;
    default:
      return caught satisfies never;
  }
}

/** The same of an exception that is about to be delivered. */
export const catchesException = (caught: Caught, { vector, kind }: Event): boolean =>
  caught.kind === 'exception' && kind !== 'external' && (caught.vector ?? vector) === vector;

/** Exceptions that stop a run unless `handle` says otherwise: all of them, as each is news in code that is looked at closely. */
export const isException = ({ kind, vector }: Event): boolean => kind !== 'external' && vector !== VECTOR.NMI;
