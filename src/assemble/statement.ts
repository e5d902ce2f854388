/**
 * What the grammar makes of one statement, and all that the encoder and the directives see of the source text.
 *
 * A logical line (after macro expansion) holds any number of labels and statements separated by `;`; the grammar
 * returns one `Statement` for each. Operands stand in AT&T order, as written. Names of registers, mnemonics and
 * directives are lower case; symbol names keep their case.
 */

/** Expressions, not yet evaluated. Arithmetic is 64-bit and wraps; comparisons yield -1 for true (gas). */
export type Expr =
  | { readonly kind: 'int'; readonly value: bigint }
  /** `foo`, `foo@PLT` (modifier `PLT`, upper case). Local labels arrive as `1f`/`1b` in the kind below. */
  | { readonly kind: 'symbol'; readonly name: string; readonly modifier?: string }
  | { readonly kind: 'local'; readonly number: number; readonly direction: 'f' | 'b'; readonly modifier?: string }
  /** `.`, the location counter. */
  | { readonly kind: 'here'; readonly modifier?: string }
  /** A register in an expression: `.if %rsp == %rbp`, `foo = %rax`. */
  | { readonly kind: 'register'; readonly name: string }
  | { readonly kind: 'unary'; readonly op: UnaryOp; readonly arg: Expr }
  | { readonly kind: 'binary'; readonly op: BinaryOp; readonly left: Expr; readonly right: Expr };

export type UnaryOp = '-' | '+' | '~' | '!';

/** gas's operators; its precedences are in the grammar. */
export type BinaryOp =
  | '*'
  | '/'
  | '%'
  | '<<'
  | '>>'
  | '|'
  | '&'
  | '^'
  | '!'
  | '+'
  | '-'
  | '=='
  | '!='
  | '<>'
  | '<'
  | '<='
  | '>'
  | '>='
  | '&&'
  | '||';

export type Operand = RegisterOperand | ImmediateOperand | MemoryOperand | RoundingOperand;

/** `%rax`, `*%rax` (indirect). `name` without the per cent sign. */
export interface RegisterOperand {
  readonly kind: 'register';
  readonly name: string;
  readonly indirect: boolean;
  /** What follows in braces, as written: `{%k1}`, `{z}`, `{1to8}`. */
  readonly decorations?: readonly string[];
}

/** `{rn-sae}`, `{sae}`: where an operand stands, but none of the instruction's. */
export interface RoundingOperand {
  readonly kind: 'rounding';
  readonly text: string;
}

/** `$expr` */
export interface ImmediateOperand {
  readonly kind: 'immediate';
  readonly value: Expr;
  /** Always wrong; the instruction's reader says so. */
  readonly decorations?: readonly string[];
}

/** `%gs:disp(base, index, scale)`; a bare symbol (`jmp foo`, `mov foo, %eax`) has neither base nor index. */
export interface MemoryOperand {
  readonly kind: 'memory';
  readonly segment?: string;
  readonly disp?: Expr;
  /** A register name; `rip`/`eip` for relative addressing; `=name` for a symbol that may stand for a register. */
  readonly base?: string;
  readonly index?: string;
  readonly scale: 1 | 2 | 4 | 8;
  /** `*foo`, `*8(%rax)` */
  readonly indirect: boolean;
  readonly decorations?: readonly string[];
}

/**
 * An argument of a directive: an expression, a string, or a bare word (`@progbits`, `.text`, `%function`, marker kept).
 * A plain name is a word in the directives that take names (`.section`, `.pushsection`, `.globl`, `.weak`, `.type`,
 * `.size`, `.comm` … : `WORD_DIRECTIVES` in vocabulary.ts) and an expression (`symbol`) in all others. A quoted name in
 * those directives stays a string. Strings that follow each other without a comma are one argument.
 */
export type DirectiveArg =
  | { readonly kind: 'expr'; readonly value: Expr }
  | { readonly kind: 'string'; readonly bytes: Uint8Array; readonly text: string }
  | { readonly kind: 'word'; readonly text: string }
  /** An argument left out between commas: `.balign 16,,7`. */
  | { readonly kind: 'empty' };

export type Statement =
  | { readonly kind: 'label'; readonly name: string }
  /** `1:` */
  | { readonly kind: 'localLabel'; readonly number: number }
  /** `sym = expr`, `sym == expr`; `.set`, `.equ`, `.equiv` and `.eqv` arrive here too. */
  | { readonly kind: 'assign'; readonly name: string; readonly value: Expr; readonly once: boolean }
  /** `name` with its dot: `.balign`. `. = expr` arrives as `.org expr`. `problem`: why the arguments don't read. */
  | {
      readonly kind: 'directive';
      readonly name: string;
      readonly args: readonly DirectiveArg[];
      readonly problem?: string;
    }
  /** A directive that reads its own text (`TEXT_DIRECTIVES` in vocabulary.ts). */
  | { readonly kind: 'textDirective'; readonly name: string; readonly text: string }
  | {
      readonly kind: 'instruction';
      /** `lock`, `rep`, `repne`, `cs`, `data16`, `addr32`, `rex.w`, and pseudo prefixes with braces (`{disp32}`). */
      readonly prefixes: readonly string[];
      /** As written, suffix included: `movq`. Empty for prefixes that stand alone: `rep; movsb`, `lock`. */
      readonly mnemonic: string;
      readonly operands: readonly Operand[];
    };
