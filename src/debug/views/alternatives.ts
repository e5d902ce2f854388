/** `info alternatives` and `info features`: what the patcher did at each site and why, and whose features those are. */
import { hexBytes } from '../../base/hex.ts';
import type { PatchRecord } from '../../image/alternatives.ts';
import { type Image, lineAt, patchAt } from '../../image/image.ts';
import { CPU_FEATURE_NAMES } from '../../isa/cpu-model.ts';
import { featureName, featureNames } from '../../isa/features.ts';
import type { Machine } from '../../machine/machine.ts';
import { fit, paragraph, type Style, wrap } from '../style.ts';
import { hex64, nameSuffix } from './guest.ts';

export type PatchLog = readonly PatchRecord[];

/** Every entry of the table in its order, applied or not; `only`: those of a feature (`PTI`, `!PTI`) or of a function. */
export function infoAlternatives(machine: Machine, style: Style, log: PatchLog, only?: string): string[] {
  const shown = log.filter((record) => only === undefined || matches(machine, record, only));
  if (shown.length === 0) return [log.length === 0 ? 'The program has no alternatives.' : 'No such alternatives.'];
  const applied = log.filter(({ outcome }) => outcome === 'patched').length;
  return [
    fit(`${log.length} alternatives, ${applied} applied:`, style.width),
    ...shown.flatMap((record) => recordLines(machine, style, record)),
  ];
}

const nameOf = ({ entry }: PatchRecord): string => `${entry.inverted ? '!' : ''}${featureName(entry.feature)}`;

function matches(machine: Machine, record: PatchRecord, only: string): boolean {
  const wanted = only.toUpperCase().replace(/X86_FEATURE_/, '');
  if (nameOf(record) === wanted || featureName(record.entry.feature) === wanted) return true;
  const [name] = nameSuffix(machine, record.entry.site)
    .replace(/^ <|>$/g, '')
    .split('+');
  return name === only;
}

/**
 * `  0  0xffffffff81000000 <restore_before>  PTI applied: 2 bytes, replacement 0` with the line that asked for it, and the bytes where
 * they changed.
 */
function recordLines(machine: Machine, style: Style, record: PatchRecord): string[] {
  const { entry, outcome, before, after, notes } = record;
  const applied = outcome === 'patched';
  const why = `feature ${entry.inverted === applied ? 'not set' : 'set'}`;
  const at = siteLine(machine.image, entry.site);
  return [
    ...wrap(
      [
        `${String(entry.index).padStart(3)}  ${style.address(hex64(entry.site))}${nameSuffix(machine, entry.site)}`,
        style.alternative(`{${nameOf(record)}}`),
        applied ? style.bold('applied') : 'not applied',
        `(${why}):`,
        `site ${entry.siteLength}, replacement ${entry.replacementLength} bytes`,
        at ? `from ${at}` : '',
      ],
      style,
      7,
    ),
    ...(hexBytes(before) === hexBytes(after)
      ? []
      : wrap([`       ${hexBytes(before)}`, `-> ${hexBytes(after)}`, ...notes.map((note) => `(${note})`)], style, 9)),
  ];
}

/** `t.S:87`: the line of the program that the site stands under, whatever stands there now. */
function siteLine(image: Image, site: bigint): string | undefined {
  const place = patchAt(image, site)?.sitePlace ?? lineAt(image, site)?.place;
  if (!place) return undefined;
  const { file, line } = place.chain.at(-1)?.at ?? place.span;
  return `${file}:${line}`;
}

/** The kernel's flags, those that alternatives test among them; then what the CPU has and lacks. */
export function infoFeatures({ features, cpuFeatures, cpu }: Machine, style: Style, log: PatchLog = []): string[] {
  const tested = [...new Set(log.map(({ entry }) => entry.feature))].sort((a, b) => a - b);
  const has = CPU_FEATURE_NAMES.filter((name) => cpuFeatures[name]);
  const lacks = CPU_FEATURE_NAMES.filter((name) => !cpuFeatures[name]);
  const list = (title: string, names: readonly string[]): string[] =>
    wrap([title.padEnd(12), ...(names.length > 0 ? names : ['(none)'])], style, 13);
  return [
    'Kernel (what alternatives were patched for):',
    ...list('  set', featureNames(features)),
    ...list(
      '  tested',
      tested.map((n) => `${featureName(n)}=${features.has(n) ? 1 : 0}`),
    ),
    ...paragraph(`CPU (${cpu.model.name}: ${cpu.model.title}):`, style),
    ...list('  has', has),
    ...list('  lacks', lacks),
  ];
}
