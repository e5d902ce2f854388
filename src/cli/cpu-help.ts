/** What `--cpu help` prints: the models, then the features with the models that have each. */
import Table from 'cli-table3';
import { PLAIN_BORDERS } from '../debug/style.ts';
import { CPU_FEATURE_NAMES, CPU_FEATURES, type CpuFeature } from '../isa/cpu-model.ts';
import { CPU_MODELS } from '../isa/cpu-models.ts';

export function cpuHelp(): string {
  const models = table(
    ['model', 'what it is', 'family/model', 'address bits'],
    CPU_MODELS.map(({ name, title, family, model, physicalBits }) => [
      name,
      title,
      `${family.toString(16)}h/${model.toString(16)}h`,
      String(physicalBits),
    ]),
  );
  const features = table(
    ['feature', 'what it gives', 'models'],
    CPU_FEATURE_NAMES.map((name) => [name, CPU_FEATURES[name], modelsWith(name)]),
  );
  return `${models}\n\n+NAME gives a feature, -NAME takes it away: --cpu skylake,-pcid\n\n${features}`;
}

/** Whichever list is shorter: of the models that have the feature, or of those that lack it. */
function modelsWith(feature: CpuFeature): string {
  const names = (has: boolean): string[] =>
    CPU_MODELS.filter((model) => model.features[feature] === has).map((model) => model.name);
  const lacking = names(false);
  if (lacking.length === 0) return 'all';
  return lacking.length < names(true).length ? `all but ${lacking.join(', ')}` : names(true).join(', ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const drawn = new Table({ head: [...head], style: { head: [], border: [], compact: true }, chars: PLAIN_BORDERS });
  for (const row of rows) drawn.push([...row]);
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
