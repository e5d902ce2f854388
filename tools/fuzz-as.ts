/**
 * Throws bad sources at the assembler: it has to end soon, with an object or with messages that have a place.
 *
 *   npx tsx tools/fuzz-as.ts [CASES] [SEED] [FILE…]
 *
 * Random bytes, and truncated, spliced and mutated sources: the given ones, else those of asm/ and of the fixtures. Prints
 * the failing sources; exit status 1. `fuzzCase` is what the test runs.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble } from '../src/assemble/assemble.ts';
import { formatDiagnostic, hasErrors } from '../src/base/diagnostics.ts';
import { writeElf } from '../src/object/elf-write.ts';

/** A case may take so long, in milliseconds; a file that includes itself two hundred times takes longest. */
const LIMIT = 2000;

export type Random = (below: number) => number;

/** Mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** What tends to hurt: openers, bombs, names of directives without what they need. */
const SCRAPS =
  `.macro m|.endm|.rept 1000000000|.endr|.irp x,1,2|.irpc x,abc|.if 1|.else|.endif|.skip 1<<40|.fill 1<<40,8,1|.org 1<<40
|.balign 1<<30|.p2align 63|.include "t.s"|.altmacro|.noaltmacro|LOCAL x|m m|\\m|\\@|"|'|(|)|((((((((|[|]|{|}|<|>|!|%|$|,|;|:|#|/*|*/|\\
|.set a,a+1|a=b|b=a|.cfi_startproc|.cfi_endproc|.cfi_def_cfa_offset 1<<70|.section x,"aG",@progbits,y|.popsection|.previous
|.subsection 99|.struct 5|.uleb128 a-b|.sleb128 1<<63|.octa 1<<200|.float 1e999999999|.ascii "\\x|.incbin "t.s",1|.reloc a,b,c
|.comm a,1<<60|.size a,.-b|.type a,@foo|.weakref a,a|.quad 1/0|.quad 0x|1:|jmp 1f|.exitm|.purgem m|.end|.line 5|# 1 "x"|.err|lock|rep
|mov %rax,|mov (,,),%eax|.long .-.-.|0b|9f|.bundle_align_mode 4|.nops 1<<40|.dcb.b 1<<40,1|.version "x"|.ident "y"`.split(
    '|',
  );

export function mutate(sources: readonly string[], random: Random): string {
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
  if (random(10) === 0) return String.fromCharCode(...Array.from({ length: random(400) }, () => random(256)));
  let text = pick(sources);
  const start = random(Math.max(1, text.length - 1));
  text = text.slice(start, start + 200 + random(3000));
  for (let n = 1 + random(8); n > 0; n--) {
    const at = random(text.length + 1);
    const after = at + random(12);
    switch (random(5)) {
      case 0:
        text = `${text.slice(0, at)}\n${pick(SCRAPS)}\n${text.slice(at)}`;
        break;
      case 1:
        text = text.slice(0, at) + pick(SCRAPS) + text.slice(after);
        break;
      case 2:
        text = text.slice(0, at) + text.slice(after);
        break;
      case 3:
        text = text.slice(0, at) + text.slice(random(text.length + 1), at + 40) + text.slice(at);
        break;
      default:
        text = text.slice(0, at) + String.fromCharCode(random(128)) + text.slice(at + 1);
    }
  }
  return text;
}

const encoder = new TextEncoder();

/** What is wrong with how the source was taken; undefined when nothing is. */
export function fuzzCase(text: string, name = 't.s'): string | undefined {
  const bytes = encoder.encode(text);
  const started = performance.now();
  try {
    const { value, diagnostics } = assemble(name, { files: { read: (path) => (path === name ? bytes : undefined) } });
    const placeless = diagnostics.find((d) => d.place.span.file === '');
    if (placeless !== undefined) return `no place: ${formatDiagnostic(placeless)}`;
    if (!hasErrors(diagnostics)) writeElf(value);
  } catch (problem) {
    return problem instanceof Error ? (problem.stack ?? problem.message) : String(problem);
  }
  const took = performance.now() - started;
  return took > LIMIT ? `took ${took.toFixed(0)} ms` : undefined;
}

export function defaultSources(): string[] {
  const root = new URL('../', import.meta.url).pathname;
  return ['asm', 'tests/assemble/as', 'tests/errors']
    .flatMap((dir) =>
      readdirSync(join(root, dir), { recursive: true, encoding: 'utf8' }).map((file) => join(root, dir, file)),
    )
    .filter((file) => /\.(s|S|inc)$/.test(file))
    .map((file) => readFileSync(file, 'utf8'));
}

function main([cases = '50000', seed = '1', ...files]: readonly string[]): void {
  const sources = files.length > 0 ? files.map((file) => readFileSync(file, 'utf8')) : defaultSources();
  let failed = 0;
  for (let n = 0; n < Number(cases); n++) {
    const random = randomFrom(Number(seed) * 1_000_003 + n);
    const text = mutate(sources, random);
    const wrong = fuzzCase(text, random(4) === 0 ? 't.S' : 't.s');
    if (wrong === undefined) continue;
    failed++;
    const kept = join(tmpdir(), `fuzz-as-${n}.s`);
    writeFileSync(kept, text);
    console.log(`case ${n} (kept as ${kept}): ${wrong}`);
  }
  console.log(`${cases} cases, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

if (process.argv[1]?.endsWith('fuzz-as.ts')) main(process.argv.slice(2));
