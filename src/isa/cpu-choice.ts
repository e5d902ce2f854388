/**
 * Which CPU to model, as `--cpu` and a header's `cpu` lines say it: `skylake,-pcid` is a model with differences, `-pcid,+smap`
 * differences alone. A model's name starts anew; what stood before it is forgotten.
 */
import { CPU_FEATURE_NAMES, type CpuFeatures, type CpuModel, cpuFeatureName, withFeatures } from './cpu-model.ts';
import { CPU_MODELS, cpuModelNamed, MAX } from './cpu-models.ts';

export interface CpuChoice {
  /** Undefined: the default, or what is chosen elsewhere. */
  readonly model: CpuModel | undefined;
  readonly changes: Partial<CpuFeatures>;
}

export const NO_CHOICE: CpuChoice = { model: undefined, changes: {} };

/** The second choice on top of the first. */
export const chosenOver = (below: CpuChoice, above: CpuChoice): CpuChoice =>
  above.model ? above : { model: below.model, changes: { ...below.changes, ...above.changes } };

export const chosenCpu = ({ model = MAX, changes }: CpuChoice): CpuModel => withFeatures(model, changes);

/** How to choose this CPU: `skylake,-pcid`; undefined for the default one. */
export function cpuText(model: CpuModel): string | undefined {
  const named = cpuModelNamed(model.name) ?? model;
  const changes = CPU_FEATURE_NAMES.filter((name) => model.features[name] !== named.features[name]);
  if (model.name === MAX.name && changes.length === 0) return undefined;
  return [model.name, ...changes.map((name) => `${model.features[name] ? '+' : '-'}${name}`)].join(',');
}

/** Items parted by commas or blanks; of those that mean nothing, what is wrong with each. */
export function parseCpuChoice(text: string): { readonly choice: CpuChoice; readonly problems: readonly string[] } {
  let choice = NO_CHOICE;
  const problems: string[] = [];
  for (const item of text.split(/[\s,]+/).filter(Boolean)) {
    const read = parseItem(item);
    if (typeof read === 'string') problems.push(read);
    else choice = chosenOver(choice, read);
  }
  return { choice, problems };
}

function parseItem(item: string): CpuChoice | string {
  const name = item.replace(/^[-+]/, '');
  const feature = cpuFeatureName(name);
  if (item !== name)
    return feature
      ? { model: undefined, changes: { [feature]: item.startsWith('+') } }
      : `\`${item}' is no CPU feature${suggestion(name, CPU_FEATURE_NAMES, item[0])}`;
  const model = cpuModelNamed(name);
  if (model) return { model, changes: {} };
  if (feature) return `\`${item}' is a CPU feature: take it with -${feature} or give it with +${feature}`;
  const models = CPU_MODELS.map((m) => m.name);
  return `\`${item}' is no CPU model${suggestion(name, models) || `; the models are ${models.join(', ')}`}`;
}

/** The names that differ from what was written by two letters at the most, and not by more than half of theirs. */
function suggestion(written: string, names: readonly string[], sign = ''): string {
  const near = names.filter(
    (name) => distance(written.toLowerCase(), name.toLowerCase()) <= Math.min(2, Math.floor(name.length / 2)),
  );
  return near.length > 0 ? `; did you mean ${near.map((name) => sign + name).join(' or ')}?` : '';
}

/** Letters to insert, to delete or to exchange (Levenshtein's distance), row by row. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const letter of a) {
    const next = [row[0]! + 1];
    for (const [i, other] of [...b].entries())
      next.push(Math.min(row[i]! + (letter === other ? 0 : 1), row[i + 1]! + 1, next[i]! + 1));
    row = next;
  }
  return row.at(-1)!;
}
