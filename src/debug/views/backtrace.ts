/**
 * `backtrace` of code without frame information. Frame 0 is RIP. From RSP upwards every word that lies right behind a call of the image
 * is a further one, found by scanning and marked so, since a stale word looks the same. Five plausible words of an interrupt frame
 * lead on to the interrupted code and its stack, and the exit page's address ends it all.
 *
 * The subtle part is bounding the work: a stack that has a name ends at its top, any other one after so many words, and no
 * interrupt frame is followed twice.
 */
import { hex } from '../../base/hex.ts';
import { u64 } from '../../base/u64.ts';
import * as cpuModel from '../../cpu/cpu.ts';
import { rplOf } from '../../cpu/descriptors.ts';
import { lineAt } from '../../image/image.ts';
import { GPR } from '../../isa/insn.ts';
import type { Machine } from '../../machine/machine.ts';
import { type Style, wrap } from '../style.ts';
import { type BehindCall, callFinder, errorCodeBelow, exceptionFrameAt, FRAME_BYTES, isExit } from './frames.ts';
import { hex64, is64Bit, nameAt, readValue, stackAt, stackName } from './guest.ts';

export interface Frame {
  /** Where the code goes on; of an exception frame, the RIP in it. */
  readonly address: bigint;
  /** RSP while that code runs; of an exception frame, where it lies. */
  readonly sp: bigint;
  /**
   * `rip`: RIP itself. `scanned`: an address behind a call. `exception`: a frame that the CPU pushed. `interrupted`: the code that
   * one of those leads back to. `exit`: the page that the entry returns to.
   */
  readonly kind: 'rip' | 'scanned' | 'exception' | 'interrupted' | 'exit';
  /** Of an exception frame: its error code, if the word below it looks like one; the privilege it came from. */
  readonly error?: bigint;
  readonly cpl?: number;
}

export interface BacktraceOptions {
  /** Frames at most (default 64). */
  readonly limit?: number;
}

/** Words that are looked at on a stack without a name. */
const UNKNOWN_STACK_WORDS = 1024;

/** Innermost first. */
export function frames(machine: Machine, { limit = 64 }: BacktraceOptions = {}): Frame[] {
  const { cpu } = machine;
  const rsp = cpuModel.getReg(cpu, GPR.RSP);
  const found: Frame[] = [{ address: cpuModel.getRip(cpu), sp: rsp, kind: 'rip' }];
  // In compatibility mode words, stack and calls are others.
  if (!is64Bit(machine)) return found;
  const followed = new Set<bigint>();
  const isBehindCall = callFinder(machine);
  for (let sp: bigint | undefined = rsp; sp !== undefined && found.length < limit; )
    sp = scan(machine, sp, { found, followed, limit, isBehindCall });
  return found.slice(0, limit);
}

interface Scan {
  readonly found: Frame[];
  /** Exception frames by address. */
  readonly followed: Set<bigint>;
  readonly limit: number;
  readonly isBehindCall: BehindCall;
}

/** Looks through one stack; the RSP of the code that an exception frame on it interrupted, if there is one. */
function scan(machine: Machine, from: bigint, { found, followed, limit, isBehindCall }: Scan): bigint | undefined {
  const top = stackAt(machine, from)?.top ?? from + BigInt(8 * UNKNOWN_STACK_WORDS);
  for (let at = from; at < top && found.length < limit; at += 8n) {
    const value = readValue(machine, at);
    if (value === undefined) return undefined;
    if (isExit(value)) {
      found.push({ address: value, sp: at + 8n, kind: 'exit' });
      return undefined;
    }
    if (isBehindCall(value)) {
      found.push({ address: value, sp: at + 8n, kind: 'scanned' });
      continue;
    }
    const frame = exceptionFrameAt(machine, at);
    if (!frame) continue;
    if (followed.has(at)) return undefined;
    followed.add(at);
    const error = at > from ? errorCodeBelow(machine, frame) : undefined;
    const cpl = rplOf(frame.cs);
    found.push({ address: frame.rip, sp: at, kind: 'exception', cpl, ...(error !== undefined && { error }) });
    found.push({ address: frame.rip, sp: frame.rsp, kind: isExit(frame.rip) ? 'exit' : 'interrupted' });
    if (isExit(frame.rip)) return undefined;
    // Where one stack is used on, going on below the frame would find it again and again.
    return frame.rsp > at && frame.rsp < at + FRAME_BYTES ? undefined : u64(frame.rsp);
  }
  return undefined;
}

/** `#1  0xffffffff81000004 in sym+4 () at t.S:12`, a line a frame or more where the width asks for it. */
export function backtrace(machine: Machine, style: Style, options: BacktraceOptions = {}): string[] {
  const limit = options.limit ?? 64;
  // One more, to tell whether there is.
  const all = frames(machine, { limit: limit + 1 });
  const lines = all.slice(0, limit).flatMap((frame, n) => frameLines(machine, style, frame, n));
  return all.length > limit ? [...lines, '(More stack frames follow...)'] : lines;
}

/** One frame of a backtrace. */
export function frameLines(machine: Machine, style: Style, frame: Frame, n: number): string[] {
  const number = `#${n}`.padEnd(3);
  if (frame.kind === 'exception')
    return wrap([number, ...`<exception frame: ${exceptionText(machine, frame)}>`.split(' ')], style);
  const place = lineAt(machine.image, frame.kind === 'scanned' ? frame.address - 1n : frame.address)?.place;
  const at = place && (place.chain.at(-1)?.at ?? place.span);
  return wrap(
    [
      number,
      `${style.address(hex64(frame.address))} in ${style.bold(frameName(machine, frame) ?? '??')} ()`,
      at ? `at ${at.file}:${at.line}` : '',
      frame.kind === 'scanned' ? style.dim('[by scanning]') : '',
    ],
    style,
  );
}

/** What lies behind a call may be the next function, where the one that called does not go on. */
function frameName(machine: Machine, { address, kind }: Frame): string | undefined {
  const name = nameAt(machine, address);
  if (kind !== 'scanned' || name?.includes('+')) return name;
  const [caller, distance = '0'] = (nameAt(machine, address - 1n) ?? '').split('+');
  return caller ? `${caller}+${Number(distance) + 1}` : name;
}

function exceptionText(machine: Machine, { sp, error, cpl }: Frame): string {
  const stack = stackName(machine, sp);
  const parts = [`at ${hex64(sp)}${stack ? ` on the ${stack} stack` : ''}`, `from CPL ${cpl ?? 0}`];
  if (error !== undefined) parts.push(`error code ${hex(error)}?`);
  return parts.join(', ');
}
