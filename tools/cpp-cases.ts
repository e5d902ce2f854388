/**
 * Random sources for the preprocessor: in goes a seed, out come small files that define macros and use them, with calls
 * in calls, `#`, `##`, variadics, calls over lines with directives in them, conditions. Most are well formed; what is not
 * is as welcome. `tools/cppfuzz.ts` compares ours with gcc over many, tests/assemble/cpp-cases.txt keeps a few hundred.
 */
import fc from 'fast-check';

const NAMES = ['A', 'B', 'C', 'F', 'G', 'H', 'V'] as const;
const PARAMS = ['p', 'q', 'r'] as const;

const oneOf = (texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);

const OPERATORS = '+ - * / % & | ^ < > = ! . , : ; # @ $ ~ ? ( ) [ ] -> == << ++ -- <= && || ...'.split(' ');
const LITERALS = [
  '1',
  '2',
  '0x10',
  '1e',
  '.5',
  '"s"',
  '"a\\n"',
  "'c'",
  'L"w"',
  "'",
  '"',
  '\\',
  '%rax',
  '$5',
  'foo',
  'x1',
];

const BLANK = oneOf(['', '', ' ', ' ', '  ', '/**/', ' /* c */ ']);

/** What a body is made of. */
const bodyToken = (params: readonly string[], variadic: boolean): fc.Arbitrary<string> => {
  const own = [...params, ...(variadic ? ['__VA_ARGS__'] : [])];
  const name = oneOf(own.length > 0 ? own : NAMES);
  return fc.oneof(
    { weight: 4, arbitrary: name },
    { weight: 3, arbitrary: oneOf(NAMES) },
    { weight: 2, arbitrary: oneOf(OPERATORS) },
    { weight: 2, arbitrary: oneOf(LITERALS.filter((text) => text !== '"' && text !== "'")) },
    { weight: 2, arbitrary: fc.constant('##') },
    { weight: 2, arbitrary: name.map((text) => `#${text}`) },
    { weight: 1, arbitrary: name.map((text) => `F(${text})`) },
    { weight: variadic ? 2 : 0, arbitrary: name.map((text) => `__VA_OPT__(${text} )`) },
    { weight: variadic ? 1 : 0, arbitrary: fc.constant('#__VA_OPT__(x __VA_ARGS__)') },
    { weight: variadic ? 2 : 0, arbitrary: fc.constant(', ## __VA_ARGS__') },
  );
};

const spaced = (token: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.tuple(BLANK, token), { maxLength }).map((items) => items.map(([blank, text]) => blank + text).join(''));

const objectLike = fc
  .tuple(oneOf(NAMES), spaced(bodyToken([], false), 6))
  .map(([name, body]) => `#define ${name} ${body}`);

const functionLike = fc
  .record({
    name: oneOf(NAMES),
    count: fc.integer({ min: 0, max: 3 }),
    rest: oneOf(['', '', '...', 'named']),
  })
  .chain(({ name, count, rest }) => {
    const params = PARAMS.slice(0, count);
    const named = rest === 'named';
    const list = [...params, ...(named ? ['v...'] : rest === '' ? [] : ['...'])].join(', ');
    const own = named ? [...params, 'v'] : params;
    return spaced(bodyToken(own, rest === '...'), 9).map((body) => `#define ${name}(${list}) ${body}`);
  });

/** An argument, or what looks like one. */
const argument: fc.Arbitrary<string> = fc.oneof(
  { weight: 2, arbitrary: fc.constant('') },
  { weight: 4, arbitrary: spaced(fc.oneof(oneOf(NAMES), oneOf(LITERALS.filter((t) => !'\'"'.includes(t)))), 3) },
  {
    weight: 1,
    arbitrary: oneOf(['(1, 2)', '(', ')', '#', '##', ', ', '+', '-', '-1', '. ', '__LINE__', '__COUNTER__']),
  },
);

const call: fc.Arbitrary<string> = fc.letrec<{ call: string; arg: string }>((tie) => ({
  call: fc
    .tuple(oneOf(NAMES), BLANK, fc.array(tie('arg'), { minLength: 0, maxLength: 3 }))
    .map(([name, blank, args]) => `${name}${blank}(${args.join(',')})`),
  arg: fc.oneof({ maxDepth: 3 }, argument, argument, tie('call')),
})).call;

const BREAKS = [
  '\n',
  '\n\n',
  ' \\\n',
  '\n#define A 7\n',
  '\n#undef B\n',
  '\n#ifdef C\nyes\n#else\nno\n#endif\n',
  '\n# c\n',
];

const textLine = fc
  .array(
    fc.tuple(
      BLANK,
      fc.oneof(
        { weight: 5, arbitrary: call },
        { weight: 3, arbitrary: oneOf(NAMES) },
        { weight: 2, arbitrary: oneOf(OPERATORS) },
        { weight: 2, arbitrary: oneOf(LITERALS) },
      ),
    ),
    { maxLength: 7 },
  )
  .map((items) => items.map(([blank, text]) => blank + text).join(''));

/** A line with breaks put in behind commas and parentheses. */
const brokenLine = fc.tuple(textLine, fc.array(oneOf(BREAKS), { minLength: 1, maxLength: 2 })).map(([line, breaks]) => {
  let n = 0;
  return line.replace(/[,(]/g, (text) => {
    const put = n++ % 2 === 0 ? breaks[(n >> 1) % 3] : undefined;
    return text + (put ?? '');
  });
});

const number = oneOf([
  '0',
  '1',
  '2',
  '7',
  '-1',
  '010',
  '0x7fffffffffffffff',
  '1u',
  '-1u',
  '0xffffffffffffffff',
  "'a'",
  '3UL',
]);

const expression: fc.Arbitrary<string> = fc.letrec<{ e: string; leaf: string }>((tie) => ({
  leaf: fc.oneof(number, oneOf(NAMES), oneOf(['defined A', 'defined(F)', 'x', 'defined x', '__LINE__', 'F(1)'])),
  e: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie('leaf'),
    fc
      .tuple(tie('e'), oneOf('+ - * / % << >> < > <= >= == != & | ^ && || ,'.split(' ')), tie('e'))
      .map((parts) => parts.join(' ')),
    fc.tuple(tie('e'), tie('e'), tie('e')).map(([a, b, c]) => `${a} ? ${b} : ${c}`),
    tie('e').map((e) => `(${e})`),
    fc.tuple(oneOf(['!', '~', '-', '+']), tie('leaf')).map((parts) => parts.join('')),
  ),
})).e;

const condition = fc
  .tuple(expression, expression)
  .map(([a, b]) => `#if ${a}\nfirst\n#elif ${b}\nsecond\n#else\nthird\n#endif`);

const line = fc.oneof(
  { weight: 5, arbitrary: functionLike },
  { weight: 3, arbitrary: objectLike },
  { weight: 6, arbitrary: textLine },
  { weight: 3, arbitrary: brokenLine },
  { weight: 2, arbitrary: condition },
  { weight: 1, arbitrary: oneOf(NAMES).map((name) => `#undef ${name}`) },
);

const source = fc
  .tuple(
    fc.array(fc.oneof(functionLike, functionLike, objectLike), { minLength: 2, maxLength: 6 }),
    fc.array(line, { minLength: 1, maxLength: 8 }),
  )
  .map(([defines, lines]) => `${[...defines, ...lines].join('\n')}\n`);

/** Sources by the seed. */
export const cppCases = (count: number, seed: number): string[] => fc.sample(source, { numRuns: count, seed });
