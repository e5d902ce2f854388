/**
 * Traces as text and as JSON. A line has fixed columns: address, symbol, instruction, and only what changed; a marker
 * where the patcher put the instruction there. No times, so that two runs compare with `diff`.
 */
import type { Place } from '../base/diagnostics.ts';
import { address, hex, hexBytes } from '../base/hex.ts';
import type { PatchedRange } from '../image/image.ts';
import { featureName } from '../isa/features.ts';
import { interruptJson, interruptText } from './interrupts.ts';
import { changeText, type StepRecord } from './step.ts';

const SYMBOL_COLUMN = 22;
const TEXT_COLUMN = 44;

/** `ffffffff81000004  restore_before+0x4  bt  $0xc,%r14   rflags=[ CF ]`; micro-ops and events, if any, on lines below. */
export function stepText(record: StepRecord): string {
  const symbol = (record.symbol ?? '').padEnd(SYMBOL_COLUMN);
  const mark = record.patched ? ` {${patchName(record.patched)}}` : '';
  const changes = record.changes.map(changeText).join(' ');
  const line = `${address(record.rip)}  ${symbol}  ${(record.text + mark).padEnd(TEXT_COLUMN)}  ${changes}`;
  const events = record.deliveries.map((delivery, i) => interruptText(delivery, record.deliveredBefore + i));
  return [line.trimEnd(), ...record.uops.map((uop) => `    ${uop}`), ...events].join('\n');
}

/** `PTI`, or `!PTI` for a replacement that stands where the feature is absent. */
export const patchName = ({ feature, inverted }: PatchedRange): string =>
  `${inverted ? '!' : ''}${featureName(feature)}`;

/** One JSON value a step; 64-bit values are hexadecimal strings. */
export function stepJson(record: StepRecord): Record<string, unknown> {
  return {
    index: record.index,
    rip: hex(record.rip),
    symbol: record.symbol ?? null,
    bytes: hexBytes(record.bytes),
    text: record.text,
    ...(record.place && { at: placeJson(record.place) }),
    ...(record.patched && { alternative: { feature: patchName(record.patched), site: hex(record.patched.address) } }),
    changes: record.changes.map(({ what, from, to, address, width, note }) => ({
      what,
      from: hex(from),
      to: hex(to),
      ...(address !== undefined && { address: hex(address), width }),
      ...(note && { note }),
    })),
    cycles: Number(record.cycles),
    ...(record.uops.length > 0 && { uops: record.uops }),
    ...(record.deliveries.length > 0 && { events: record.deliveries.map(interruptJson) }),
  };
}

export const placeJson = ({ span, chain }: Place): Record<string, unknown> => ({
  file: span.file,
  line: span.line,
  ...(chain.length > 0 && { macros: chain.map(({ macro, at }) => ({ macro, file: at.file, line: at.line })) }),
});
