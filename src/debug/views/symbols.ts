/** `info symbols`, `info functions`, `info variables`: names and addresses, all of them or those that a regular expression matches. */
import { hex } from '../../base/hex.ts';
import type { ImageSymbol } from '../../image/image.ts';
import type { Machine } from '../../machine/machine.ts';
import { fit, type Style, table } from '../style.ts';
import { hex64 } from './guest.ts';

type Named = Pick<ImageSymbol, 'name' | 'address' | 'size'> & { readonly kind: ImageSymbol['kind'] | 'percpu' };

/** Every symbol of the image, and the per-CPU variables by their offset. */
export const infoSymbols = (machine: Machine, style: Style, pattern?: string): string[] =>
  listing(style, 'symbols', [...machine.image.symbols, ...percpuVariables(machine)], pattern);

/** Code, and the stubs that stand for functions outside of the program. */
export const infoFunctions = ({ image }: Machine, style: Style, pattern?: string): string[] =>
  listing(
    style,
    'functions',
    image.symbols.filter(({ kind }) => kind === 'code' || kind === 'stub'),
    pattern,
  );

/** Data, and the per-CPU variables at their addresses. */
export const infoVariables = (machine: Machine, style: Style, pattern?: string): string[] =>
  listing(
    style,
    'variables',
    [...machine.image.symbols.filter(({ kind }) => kind === 'data'), ...percpuVariables(machine)],
    pattern,
  );

const percpuVariables = ({ percpu, space, image }: Machine): Named[] =>
  percpu
    // The program names some as absolute symbols.
    .filter(({ name }) => !image.symbols.some((s) => s.name === name && s.kind !== 'absolute'))
    .map(({ name, offset, size }) => ({
      name,
      address: space.percpu + BigInt(offset),
      size: BigInt(size),
      kind: 'percpu',
    }));

function listing(style: Style, what: string, all: readonly Named[], pattern: string | undefined): string[] {
  const matches = matcher(pattern);
  const found = all.filter(({ name }) => matches(name));
  const title =
    pattern === undefined ? `All defined ${what}:` : `All ${what} matching regular expression "${pattern}":`;
  if (found.length === 0) return [fit(title, style.width), '(none)'];
  const rows = found.map(({ name, address, size, kind }) => [
    style.address(hex64(address)),
    name,
    kind,
    size > 0n ? `${hex(size)} bytes` : '',
  ]);
  return [fit(title, style.width), ...table(rows, style)];
}

/** By a regular expression; one that is none is looked for as it stands. */
function matcher(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  try {
    const expression = new RegExp(pattern);
    return (name) => expression.test(name);
  } catch {
    return (name) => name.includes(pattern);
  }
}
