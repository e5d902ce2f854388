/**
 * The grammar of one statement: in goes its text after expansion, out come `Statement`s and what was wrong with it.
 * AT&T operands follow the gas manual, sections 9.16.3 to 9.16.9; expressions its section 6.2 with the ranks of expr.c.
 *
 * The subtle invariant: a parenthesis opens a base/index group only when `%`, `,` or a lone name follows it, and a part of
 * an expression in all other cases, so `(sym + off)(%rip)` and `4(,%rax,8)` need no look further ahead than two tokens.
 *
 * Lines are parsed one by one, so a bad one never hides the next; the rules build values at once (no syntax tree),
 * which keeps the operands in their written order. The messages for bad lines are made in parse-errors.ts.
 */
import { EmbeddedActionsParser, EOF, type IToken, type ParserMethod, type TokenType } from 'chevrotain';
import { evaluateAbsolute, withModifier } from './expression.ts';
import { parseInteger, parseString, StatementError } from './literals.ts';
import type { BinaryOp, DirectiveArg, Expr, MemoryOperand, Operand, Statement, UnaryOp } from './statement.ts';
import * as T from './tokens.ts';
import { BLANK_SEPARATED, isPrefix, RANK, SET_ONCE, WORD_DIRECTIVES } from './vocabulary.ts';

const rankOf = (token: IToken): number => RANK[token.image as BinaryOp] ?? 0;

const EMPTY: DirectiveArg = { kind: 'empty' };

type Group = Pick<MemoryOperand, 'base' | 'index' | 'scale'>;

class StatementParser extends EmbeddedActionsParser {
  constructor() {
    super(T.ALL_TOKENS, { maxLookahead: 1, recoveryEnabled: false, skipValidations: true });
    this.performSelfAnalysis();
  }

  private is(ahead: number, type: TokenType): boolean {
    return this.LA(ahead).tokenType === type;
  }

  private nameAt(ahead: number): string {
    const { tokenType, image } = this.LA(ahead);
    return tokenType === T.Name ? image : '';
  }

  /** Any labels, then at most one assignment, directive or instruction. */
  readonly line = this.RULE('line', (): Statement[] => {
    const statements: Statement[] = [];
    this.MANY({
      GATE: () => this.is(2, T.Colon),
      DEF: () => statements.push(this.SUBRULE(this.label)),
    });
    this.OPTION(() =>
      this.OR([
        {
          GATE: () => this.is(2, T.Equal) || this.is(2, T.EqualEqual),
          ALT: () => statements.push(this.SUBRULE(this.assignment)),
        },
        {
          GATE: () => this.nameAt(1).startsWith('.'),
          ALT: () => statements.push(this.SUBRULE(this.directive)),
        },
        { ALT: () => statements.push(this.SUBRULE(this.instruction)) },
      ]),
    );
    return statements;
  });

  private readonly label = this.RULE('label', (): Statement => {
    const label = this.OR([
      { ALT: (): Statement => ({ kind: 'label', name: this.CONSUME(T.Name).image }) },
      {
        ALT: (): Statement => {
          const text = this.CONSUME(T.Text).image;
          return { kind: 'label', name: this.ACTION(() => parseString(text).text) };
        },
      },
      { ALT: (): Statement => ({ kind: 'localLabel', number: Number(this.CONSUME(T.Decimal).image) }) },
    ]);
    this.CONSUME(T.Colon);
    return label;
  });

  private readonly assignment = this.RULE('assignment', (): Statement => {
    const name = this.OR([
      { ALT: () => this.CONSUME(T.Name).image },
      {
        ALT: () => {
          const text = this.CONSUME(T.Text).image;
          return this.ACTION(() => parseString(text).text);
        },
      },
    ]);
    const once = this.OR1([
      { ALT: () => this.CONSUME(T.Equal) && false },
      { ALT: () => this.CONSUME(T.EqualEqual) && true },
    ]);
    const value = this.SUBRULE(this.expression);
    if (name === '.') return { kind: 'directive', name: '.org', args: [{ kind: 'expr', value }] };
    return { kind: 'assign', name, value, once };
  });

  private readonly directive = this.RULE('directive', (): Statement => {
    const name = this.CONSUME(T.Name).image.toLowerCase();
    const args: DirectiveArg[] = [];
    let awaiting = true;
    this.MANY(() =>
      this.OR([
        {
          ALT: () => {
            this.CONSUME(T.Comma);
            if (awaiting) args.push(EMPTY);
            awaiting = true;
          },
        },
        {
          GATE: () => awaiting || BLANK_SEPARATED.has(name) || this.is(1, T.Text),
          ALT: () => {
            const arg = this.SUBRULE(this.argument, { ARGS: [WORD_DIRECTIVES.has(name)] });
            const last = args.at(-1);
            // `.asciz "a" "b"` ends in one zero: the two are one string.
            if (!awaiting && last?.kind === 'string' && arg?.kind === 'string') args.splice(-1, 1, joined(last, arg));
            else args.push(arg);
            awaiting = false;
          },
        },
      ]),
    );
    if (awaiting && args.length > 0) args.push(EMPTY);
    return SET_ONCE.has(name) ? this.ACTION(() => toAssignment(name, args)) : { kind: 'directive', name, args };
  });

  private readonly argument = this.RULE('argument', (namesAreWords: boolean): DirectiveArg => {
    const endsAfter = (count: number): boolean => {
      const { tokenType } = this.LA(count + 1);
      return tokenType === EOF || tokenType === T.Comma || tokenType === T.Text;
    };
    return this.OR<DirectiveArg>([
      {
        GATE: () => endsAfter(1),
        ALT: () => {
          const text = this.CONSUME(T.Text).image;
          return this.ACTION(() => ({ kind: 'string', ...parseString(text) }));
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.At);
          return { kind: 'word', text: `@${this.CONSUME(T.Name).image}` };
        },
      },
      {
        GATE: () => namesAreWords && endsAfter(2),
        ALT: () => {
          this.CONSUME(T.Percent);
          return { kind: 'word', text: `%${this.CONSUME1(T.Name).image}` };
        },
      },
      {
        GATE: () => namesAreWords && (endsAfter(1) || this.is(2, T.At) || this.is(2, T.Name)),
        ALT: () => ({ kind: 'word', text: this.CONSUME2(T.Name).image }),
      },
      { ALT: () => ({ kind: 'expr', value: this.SUBRULE(this.expression) }) },
    ]);
  });

  private readonly instruction = this.RULE('instruction', (): Statement => {
    const prefixes: string[] = [];
    let operands: Operand[] = [];
    let mnemonic = '';
    this.AT_LEAST_ONE({
      GATE: () => mnemonic === '',
      DEF: () =>
        this.OR([
          {
            ALT: () => {
              const { image } = this.CONSUME(T.Braced);
              prefixes.push(this.ACTION(() => image.toLowerCase()));
            },
          },
          {
            GATE: () => isPrefix(this.nameAt(1)),
            ALT: () => prefixes.push(this.CONSUME1(T.Name).image.toLowerCase()),
          },
          {
            ALT: () => {
              mnemonic = this.CONSUME2(T.Name).image.toLowerCase();
              this.OPTION1({
                GATE: () => /^p[tn]$/i.test(this.nameAt(2)),
                DEF: () => {
                  this.CONSUME(T.Comma);
                  prefixes.push(`,${this.CONSUME3(T.Name).image.toLowerCase()}`);
                },
              });
              this.OPTION(() => {
                operands = this.SUBRULE(this.operands);
              });
            },
          },
        ]),
    });
    return { kind: 'instruction', prefixes, mnemonic, operands };
  });

  private readonly operands = this.RULE('operands', (): Operand[] => {
    const operands = [this.SUBRULE(this.operand)];
    this.MANY(() => {
      this.CONSUME(T.Comma);
      operands.push(this.SUBRULE1(this.operand));
    });
    return operands;
  });

  private readonly operand = this.RULE('operand', (): Operand => {
    const indirect = this.OPTION(() => this.CONSUME(T.Star)) !== undefined;
    return this.OR<Operand>([
      {
        ALT: () => {
          this.CONSUME(T.Dollar);
          const value = this.SUBRULE(this.expression);
          return { kind: 'immediate', value, ...this.SUBRULE2(this.decorations) };
        },
      },
      {
        ALT: () => {
          const text = this.CONSUME(T.Braced).image;
          const { decorations = [] } = this.SUBRULE3(this.decorations);
          return { kind: 'rounding', text: this.ACTION(() => text + decorations.join('')) };
        },
      },
      {
        GATE: () => !this.is(3, T.Colon),
        ALT: () => {
          const name = this.SUBRULE(this.register);
          return { kind: 'register', name, indirect, ...this.SUBRULE(this.decorations) };
        },
      },
      { ALT: () => ({ ...this.SUBRULE(this.memory), indirect, ...this.SUBRULE1(this.decorations) }) },
    ]);
  });

  private readonly decorations = this.RULE('decorations', (): { decorations?: readonly string[] } => {
    let list: string[] | undefined;
    this.MANY(() => {
      const { image } = this.CONSUME(T.Braced);
      if (list === undefined) list = [image];
      else list.push(image);
    });
    return list === undefined ? {} : { decorations: list };
  });

  /** `%gs:disp(base,index,scale)`, every part optional. */
  private readonly memory = this.RULE('memory', (): Omit<MemoryOperand, 'indirect'> => {
    const segment = this.OPTION({
      GATE: () => this.is(3, T.Colon),
      DEF: () => {
        const name = this.SUBRULE(this.register);
        this.CONSUME(T.Colon);
        return name;
      },
    });
    let disp: Expr | undefined;
    let group: Group | undefined;
    this.OR([
      {
        GATE: () => this.opensGroup(),
        ALT: () => {
          group = this.SUBRULE(this.group);
        },
      },
      {
        ALT: () => {
          disp = this.SUBRULE(this.expression);
          this.OPTION1(() => {
            group = this.SUBRULE1(this.group);
          });
        },
      },
    ]);
    return this.ACTION(() => {
      if (disp?.kind === 'register') throw new StatementError(`bad memory operand \`%${disp.name}'`);
      return {
        kind: 'memory' as const,
        scale: 1 as const,
        ...group,
        ...(segment !== undefined && { segment }),
        ...(disp !== undefined && { disp }),
      };
    });
  });

  private opensGroup(): boolean {
    if (!this.is(1, T.LParen)) return false;
    if (this.is(2, T.Percent) || this.is(2, T.Comma)) return true;
    if (!this.is(2, T.Name)) return false;
    // `(name)`, `(name, …`: the name may be one of a register.
    return this.is(3, T.Comma) || (this.is(3, T.RParen) && (this.is(4, T.Comma) || this.is(4, EOF)));
  }

  private readonly group = this.RULE('group', (): Group => {
    let index: string | undefined;
    let scale: Expr | undefined;
    this.CONSUME(T.LParen);
    const base = this.OPTION(() => this.SUBRULE(this.groupRegister));
    this.OPTION1(() => {
      this.CONSUME(T.Comma);
      index = this.OPTION2({
        GATE: () => this.is(1, T.Percent) || this.is(2, T.Comma) || this.is(2, T.RParen),
        DEF: () => this.SUBRULE1(this.groupRegister),
      });
      this.OPTION3(() => {
        this.OPTION4(() => this.CONSUME1(T.Comma));
        scale = this.SUBRULE(this.expression);
      });
    });
    this.CONSUME(T.RParen);
    return this.ACTION(() => ({
      scale: scale === undefined ? 1 : toScale(scale),
      ...(base !== undefined && { base }),
      ...(index !== undefined && { index }),
    }));
  });

  /** A register, or a symbol that may stand for one: `=name`. */
  private readonly groupRegister = this.RULE('groupRegister', (): string =>
    this.OR([{ ALT: () => this.SUBRULE(this.register) }, { ALT: () => `=${this.CONSUME(T.Name).image}` }]),
  );

  /** `%rax`, `%st(1)`; `%db7` is an old name of `%dr7`. */
  private readonly register = this.RULE('register', (): string => {
    this.CONSUME(T.Percent);
    const name = this.CONSUME(T.Name).image.toLowerCase();
    const number = this.OPTION({
      GATE: () => name === 'st',
      DEF: () => {
        this.CONSUME(T.LParen);
        const digits = this.CONSUME(T.Decimal).image;
        this.CONSUME(T.RParen);
        return digits;
      },
    });
    if (number !== undefined) return `st(${number})`;
    return name.replace(/^db(\d+)$/, 'dr$1');
  });

  /** The relocation operator behind what is no name in the expression being read. */
  private pending: string | undefined;

  /** `f+4@GOTOFF`: wherever a relocation operator stands, it is the whole expression's; the first place keeps it. */
  readonly expression: ParserMethod<[], Expr> = this.RULE('expression', (): Expr => {
    this.pending = undefined;
    const value = this.SUBRULE(this.sum);
    return this.ACTION(() => (this.pending === undefined ? value : modified(value, this.pending)));
  });

  /** Climbs by rank: takes operators that bind tighter than `rank`, so equal ranks group from the left. */
  private readonly sum: ParserMethod<[rank?: number], Expr> = this.RULE('sum', (rank = 0): Expr => {
    let left = this.SUBRULE(this.term);
    this.MANY({
      GATE: () => rankOf(this.LA(1)) > rank,
      DEF: () => {
        const operator = this.CONSUME(T.BinaryOperator);
        const right = this.SUBRULE(this.sum, { ARGS: [rankOf(operator)] });
        left = { kind: 'binary', op: operator.image as BinaryOp, left, right };
      },
    });
    return left;
  });

  private readonly term: ParserMethod<[], Expr> = this.RULE('term', (): Expr => {
    const value = this.OR<Expr>([
      {
        ALT: () => {
          const text = this.CONSUME(T.Integer).image;
          return { kind: 'int', value: this.ACTION(() => parseInteger(text)) };
        },
      },
      { ALT: () => this.SUBRULE(this.symbol) },
      {
        ALT: () => {
          const { image } = this.CONSUME(T.LocalRef);
          return { kind: 'local', number: Number.parseInt(image, 10), direction: image.endsWith('f') ? 'f' : 'b' };
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.LParen);
          const inner = this.SUBRULE(this.sum);
          this.CONSUME(T.RParen);
          return inner;
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.LBracket);
          const inner = this.SUBRULE1(this.sum);
          this.CONSUME(T.RBracket);
          return inner;
        },
      },
      {
        ALT: () => {
          const op = this.CONSUME(T.UnaryOperator).image as UnaryOp;
          return { kind: 'unary', op, arg: this.SUBRULE(this.term) };
        },
      },
      { ALT: () => ({ kind: 'register', name: this.SUBRULE(this.register) }) },
    ]);
    this.OPTION(() => {
      this.CONSUME(T.At);
      this.pending = this.CONSUME(T.Name).image.toUpperCase();
    });
    return value;
  });

  /** `$foo`, `$1`, `$`: a name wherever no operand of an instruction begins. */
  private readonly dollarName = this.RULE('dollarName', (): string => {
    const dollar = this.CONSUME(T.Dollar);
    const rest = this.OPTION({
      GATE: () => this.LA(1).startOffset === dollar.startOffset + 1,
      DEF: () =>
        this.OR([
          { ALT: () => this.CONSUME(T.Name).image },
          { ALT: () => this.CONSUME(T.Integer).image },
          { ALT: () => this.CONSUME(T.LocalRef).image },
        ]),
    });
    return `$${rest ?? ''}`;
  });

  /** `foo`, `foo@PLT`, `"quoted name"`, `.` */
  private readonly symbol = this.RULE('symbol', (): Expr => {
    const name = this.OR([
      { ALT: () => this.SUBRULE(this.dollarName) },
      { ALT: () => this.CONSUME(T.Name).image },
      {
        ALT: () => {
          const text = this.CONSUME(T.Text).image;
          return this.ACTION(() => parseString(text).text);
        },
      },
    ]);
    const modifier = this.OPTION(() => {
      this.CONSUME(T.At);
      return this.CONSUME1(T.Name).image.toUpperCase();
    });
    if (name === '.') return { kind: 'here' };
    return modifier === undefined ? { kind: 'symbol', name } : { kind: 'symbol', name, modifier };
  });
}

/** Throws where there is no place, or where another operator has been read. */
function modified(expr: Expr, modifier: string): Expr {
  const found = withModifier(expr, modifier);
  if (found === undefined) throw new StatementError("junk at end of line, first unrecognized character is `@'");
  return found;
}

type StringArg = Extract<DirectiveArg, { kind: 'string' }>;

const joined = (a: StringArg, b: StringArg): StringArg => ({
  kind: 'string',
  bytes: Uint8Array.of(...a.bytes, ...b.bytes),
  text: a.text + b.text,
});

function toAssignment(directive: string, [target, value, ...rest]: readonly DirectiveArg[]): Statement {
  const symbol = target?.kind === 'expr' ? target.value : undefined;
  const name = symbol?.kind === 'symbol' ? symbol.name : target?.kind === 'string' ? target.text : undefined;
  if (name === undefined && symbol?.kind !== 'here') throw new StatementError('expected symbol name');
  if (value === undefined) throw new StatementError(`expected comma after "${name ?? '.'}"`);
  if (value.kind !== 'expr') throw new StatementError('missing expression');
  if (rest.length > 0) throw new StatementError("junk at end of line, first unrecognized character is `,'");
  if (name === undefined) return { kind: 'directive', name: '.org', args: [value] };
  return { kind: 'assign', name, value: value.value, once: SET_ONCE.get(directive)! };
}

function toScale(expr: Expr): 1 | 2 | 4 | 8 {
  const value = evaluateAbsolute(expr, () => undefined);
  if (value === 1n || value === 2n || value === 4n || value === 8n) return Number(value) as 1 | 2 | 4 | 8;
  throw new StatementError(`expecting scale factor of 1, 2, 4, or 8: got \`${value ?? 'an expression'}'`);
}

/** Built on first use: analysing the grammar takes some milliseconds of a command's start-up. */
let parser: StatementParser | undefined;

export const statementParser = (): StatementParser => {
  parser ??= new StatementParser();
  return parser;
};
