/**
 * What a name may stand for: a macro of the source, whose body is read when it is first needed (most headers define far
 * more than any file uses), or one that the preprocessor computes.
 */
import type { CppToken } from './cpp-tokens.ts';

/** Macros that the preprocessor computes: C11 6.10.8 and GCC's own. */
export type BuiltinMacro =
  | '__LINE__'
  | '__FILE__'
  | '__FILE_NAME__'
  | '__BASE_FILE__'
  | '__INCLUDE_LEVEL__'
  | '__COUNTER__'
  | '__DATE__'
  | '__TIME__'
  | '__TIMESTAMP__'
  | '__has_include'
  | '__has_include_next'
  | '_Pragma';

export const BUILTINS: readonly BuiltinMacro[] = [
  '__LINE__',
  '__FILE__',
  '__FILE_NAME__',
  '__BASE_FILE__',
  '__INCLUDE_LEVEL__',
  '__COUNTER__',
  '__DATE__',
  '__TIME__',
  '__TIMESTAMP__',
  '__has_include',
  '__has_include_next',
  '_Pragma',
];

export interface SourceMacro {
  readonly kind: 'source';
  readonly name: string;
  /** Undefined for an object-like macro. */
  readonly params: readonly string[] | undefined;
  /** The last parameter takes all that is left (`__VA_ARGS__`, or its own name). */
  readonly variadic: boolean;
  readonly file: string;
  readonly line: number;
  /** Of a body that nobody has asked for yet, where it stands: `text` from `start` to `end`. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Undefined until somebody asks. */
  body: readonly CppToken[] | undefined;
}

export type CppMacro = SourceMacro | { readonly kind: 'builtin'; readonly name: BuiltinMacro };
