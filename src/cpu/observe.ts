/**
 * What an observer of the CPU can see: counters, logs, TLB entries. Types only; nothing here changes what runs.
 */

import type { Event } from './delivery.ts';
import type { Fault } from './stop.ts';

export interface Counters {
  readonly instructions: number;
  /** The running sum of costs: what RDTSC reads (plus IA32_TSC's offset). */
  readonly cycles: bigint;
  readonly cr3Writes: number;
  /** Of these, the ones that flushed. */
  readonly cr3Flushing: number;
  readonly tlbFilled: number;
  /** Entries lost to flushes (MOV to CR3, CR4 changes, INVLPG, INVPCID), not to capacity or page faults. */
  readonly tlbDropped: number;
}

export interface TlbEntry {
  /** First address of the page, canonical. */
  readonly linear: bigint;
  readonly physical: bigint;
  /** 4096, 2 MiB or 1 GiB. */
  readonly size: number;
  readonly pcid: number;
  readonly global: boolean;
  readonly user: boolean;
  readonly writable: boolean;
  readonly noExecute: boolean;
  readonly dirty: boolean;
  /** Protection key. */
  readonly key: number;
}

export interface StoreRecord {
  readonly linear: bigint;
  readonly physical: number;
  readonly width: number;
  readonly value: bigint;
  readonly old: bigint;
}

export type EventRecord =
  | {
      readonly kind: 'cr';
      readonly index: number;
      readonly value: bigint;
      readonly old: bigint;
      readonly noFlush: boolean;
    }
  | { readonly kind: 'dr'; readonly index: number; readonly value: bigint; readonly old: bigint }
  | { readonly kind: 'msr'; readonly index: number; readonly value: bigint; readonly old: bigint }
  /** The CPL has changed. */
  | { readonly kind: 'cpl'; readonly from: number; readonly to: number }
  | { readonly kind: 'swapgs'; readonly gs: bigint; readonly kernelGs: bigint }
  | { readonly kind: 'tlb-fill'; readonly entry: TlbEntry }
  | { readonly kind: 'tlb-flush'; readonly reason: string; readonly dropped: number }
  | { readonly kind: 'cache-flush'; readonly linear: bigint }
  | { readonly kind: 'fault'; readonly vector: number; readonly rip: bigint }
  | Delivery;

/** An event on its way through the IDT, with what it interrupts. An event that can't be delivered is followed by what it becomes. */
export interface Delivery {
  readonly kind: 'event';
  readonly event: Event;
  readonly cpl: number;
  readonly cs: number;
  /** What the frame returns to. */
  readonly rip: bigint;
  readonly rsp: bigint;
  readonly ss: number;
  readonly cr2: bigint;
  /** The fault that this one ran into; `undefined`: RIP is at its handler. */
  readonly failure: Fault | undefined;
}
