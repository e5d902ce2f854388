/**
 * From templates to lines. Every vector runs twice, on two processors: what differs between the runs isn't reproducible, and is
 * masked by name; flags are compared whole otherwise.
 */
import { GPR64_NAMES } from '../../src/isa/insn.ts';
import { assembleAll } from './assemble.ts';
import { COMPATIBILITY } from './compatibility.ts';
import { type Draft, littleEndian, newDraft, RIP_PLACEHOLDER, windowsOf } from './draft.ts';
import { CODE_NEXT, ENTRY, PAGE, PAGES } from './layout.ts';
import { GAVE_UP, type Input, type Outcome, runNatively, type Window } from './native.ts';
import { newRandom } from './random.ts';
import type { Template } from './template.ts';
import { TEMPLATES } from './templates.ts';

export interface MakeOptions {
  readonly seed: number;
  readonly count: number;
  /** The name of the model of CPU, for the lines. */
  readonly model: string;
  readonly only?: string | undefined;
  /** 32: compatibility mode. */
  readonly mode?: 64 | 32;
}

/** Flags that silicon determines: all but RF, which is set in the frames of faults. */
const COMPARED_FLAGS = 0x3e7fd7n;
const INT3 = 3;

interface Made {
  readonly draft: Draft;
  readonly asm: string;
  readonly bytes: Uint8Array;
}

export function makeVectors({ seed, count, model, only, mode = 64 }: MakeOptions): {
  lines: string[];
  notes: string[];
} {
  const templates = (mode === 32 ? COMPATIBILITY : TEMPLATES).filter(
    ({ name }) => only === undefined || name.includes(only),
  );
  const { made, rejected } = draftAll(templates, seed, count);
  const inputs = made.map(inputOf);
  const [first, second] = runNatively(inputs, [0, 1]);
  const lines: string[] = [];
  let [masked, dropped] = [0, 0];
  made.forEach((vector, i) => {
    const [a, b] = [first![i]!, second![i]!];
    if (a.trap === GAVE_UP || b.trap === GAVE_UP || !sameEffect(a, b)) dropped++;
    else {
      const line = lineOf(vector, a, b, lines.length, model);
      if (a.flags !== b.flags || a.regs.some((value, n) => value !== b.regs[n])) masked++;
      lines.push(line);
    }
  });
  const notes = [
    `${templates.length} templates, ${rejected.length} texts that as rejects, ${dropped} dropped, ${masked} with masks`,
  ];
  return { lines, notes: [...notes, ...rejected.slice(0, 3)] };
}

/** Round by round, each template as often as it weighs, until there are enough. */
function draftAll(templates: readonly Template[], seed: number, count: number): { made: Made[]; rejected: string[] } {
  const random = newRandom(seed);
  const round = templates.flatMap((template) => Array.from({ length: template.weight }, () => template));
  const made: Made[] = [];
  const rejected: string[] = [];
  while (made.length < count) {
    const drafts = Array.from({ length: count - made.length }, (_, i) => {
      const draft = newDraft(random);
      return { draft, asm: round[(made.length + i) % round.length]!.build(draft) };
    });
    assembleAll(drafts.map(({ asm }) => asm)).forEach((bytes, i) => {
      const { draft, asm } = drafts[i]!;
      if (bytes === undefined) rejected.push(asm);
      else made.push({ draft, asm, bytes: mapped(draft, resolveRip(draft, bytes)) });
    });
    if (rejected.length > count) throw new Error(`as rejects most: ${rejected[0]}`);
  }
  return { made, rejected };
}

/** Puts the displacement in the placeholder's stead; it counts from the end of the instruction, which is the end of the text. */
function resolveRip({ ip, ripTarget }: Draft, bytes: Uint8Array): Uint8Array {
  if (ripTarget === undefined) return bytes;
  const placeholder = Buffer.from(littleEndian(BigInt(RIP_PLACEHOLDER), 4));
  const at = Buffer.from(bytes).indexOf(placeholder);
  if (at < 0) throw new Error(`no displacement in ${digits(bytes)}`);
  const resolved = bytes.slice();
  resolved.set(littleEndian(BigInt.asUintN(32, ripTarget - BigInt(ip + bytes.length)), 4), at);
  return resolved;
}

/** Of an instruction across the end of code only the first part is anywhere. */
const mapped = ({ ip }: Draft, bytes: Uint8Array): Uint8Array => bytes.subarray(0, CODE_NEXT + PAGE - ip);

function inputOf({ draft, bytes }: Made): Input {
  const { ip, mode, flags, fs, gs, regs } = draft;
  return { rip: BigInt(ip), mode, flags, fs, gs, regs, windows: [...windowsOf(draft), ...inPages(ip, bytes)] };
}

/** Bytes in a window for each page. */
function inPages(address: number, bytes: Uint8Array): Window[] {
  const room = PAGE - (address % PAGE);
  if (bytes.length <= room) return [{ address, bytes }];
  return [{ address, bytes: bytes.subarray(0, room) }, ...inPages(address + room, bytes.subarray(room))];
}

/** Whether two runs ended the same way with the same memory. */
const sameEffect = (a: Outcome, b: Outcome): boolean =>
  a.trap === b.trap &&
  a.error === b.error &&
  a.rip === b.rip &&
  a.fs === b.fs &&
  a.gs === b.gs &&
  (a.trap !== 14 || a.cr2 === b.cr2) &&
  JSON.stringify(a.changes.map(changeOf)) === JSON.stringify(b.changes.map(changeOf));

const hex = (value: bigint | number): string => value.toString(16);
const digits = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const changeOf = ({ address, bytes }: Window): [string, string] => [`0x${hex(address)}`, digits(bytes)];

const PAGE_LIST = PAGES.map(({ linear, rights, alias }) =>
  alias === undefined ? [`0x${hex(linear)}`, rights] : [`0x${hex(linear)}`, rights, `0x${hex(alias)}`],
);

/** The line, as tests/vectors.ts describes it. */
function lineOf({ draft, asm, bytes }: Made, a: Outcome, b: Outcome, n: number, model: string): string {
  const { ip, mode, sequence, regs, flags, fs, gs } = draft;
  const trapped = a.trap === INT3;
  const names = GPR64_NAMES as readonly string[];
  const unstable = names.filter((_, i) => a.regs[i] !== b.regs[i]);
  return JSON.stringify({
    n,
    asm: asm.replace(String(RIP_PLACEHOLDER), `0x${hex(draft.ripTarget ?? 0n)}`),
    b: digits(bytes),
    r: regs.map(hex),
    f: hex(flags),
    ...((fs !== 0n || gs !== 0n) && { fs: hex(fs), gs: hex(gs) }),
    mem: windowsOf(draft).map(changeOf),
    cpu: model,
    ...(mode === 32 && { mode }),
    ...(ip !== ENTRY && { ip: hex(ip) }),
    ...(sequence && { seq: true }),
    pages: PAGE_LIST,
    out: {
      r: Object.fromEntries(names.flatMap((name, i) => (a.regs[i] === regs[i] ? [] : [[name, hex(a.regs[i]!)]]))),
      f: hex(a.flags),
      fm: hex(COMPARED_FLAGS & ~(a.flags ^ b.flags)),
      rip: hex(trapped ? a.rip - 1n : a.rip),
      mem: a.changes.map(changeOf),
      ...(unstable.length > 0 && { undef: unstable }),
      ...(a.fs !== fs && { fs: hex(a.fs) }),
      ...(a.gs !== gs && { gs: hex(a.gs) }),
      ...(!trapped && { fault: { vec: a.trap, err: hex(a.error), ...(a.trap === 14 && { cr2: hex(a.cr2) }) } }),
    },
  });
}
