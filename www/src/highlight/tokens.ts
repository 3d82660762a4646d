/** What of a text in some language is a comment, a string, a number or a keyword; by its look alone, nothing is parsed. */

export const KINDS = ['comment', 'keyword', 'number', 'string'] as const

export type Kind = (typeof KINDS)[number]

/** A piece of the text, in UTF-16 units. */
export interface Token {
  kind: Kind
  start: number
  end: number
}

interface Language {
  /** By these names an answer calls it. */
  names: string
  /** A named group for each kind; what matches `word` counts where it is one of `words`. */
  grammar: RegExp
  words?: string
  /** Whether `SELECT` is `select`. */
  isCaseless?: boolean
}

// Each of these reads on from where it is and never goes back over what it has read, so that no text takes long.
const QUOTED = String.raw`"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?`
const NUMBER = String.raw`(?<number>(?<![\w.])\d[\w.]*)`
const WORD = String.raw`(?<word>[A-Za-z_$][\w$]*)`
const SLASHES = String.raw`(?<comment>\/\/[^\n]*|\/\*[^]*?(?:\*\/|$))`
const HASH = String.raw`(?<comment>(?<![^\s])#[^\n]*)`

const grammar = (...parts: string[]): RegExp => new RegExp(parts.join('|'), 'g')
const string = (...parts: string[]): string => `(?<string>${parts.join('|')})`

const TEMPLATE = String.raw`\`(?:\\[^]|[^\\\`])*\`?`
const CURLY = grammar(SLASHES, string(QUOTED, TEMPLATE), NUMBER, WORD)

const LANGUAGES: Language[] = [
  {
    names: 'js javascript jsx mjs cjs ts typescript tsx mts',
    grammar: CURLY,
    words:
      'abstract as async await break case catch class const continue debugger declare default delete do else enum export extends false finally for from function get if implements import in instanceof interface is keyof let namespace new null of private protected public readonly return satisfies set static super switch this throw true try type typeof undefined var void while yield',
  },
  {
    names: 'rust rs',
    // A lifetime is no letter between quotes.
    grammar: grammar(SLASHES, string(String.raw`b?"(?:\\[^]|[^"\\])*"?|b?'(?:\\.|[^'\\\n])'`), NUMBER, WORD),
    words:
      'as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait true type unsafe use where while',
  },
  {
    names: 'c h cpp c++ cc hpp cs csharp c# java kotlin kt swift go golang dart php scala',
    grammar: grammar(SLASHES, string(QUOTED, TEMPLATE), NUMBER, WORD),
    words:
      'abstract async auto await bool boolean break byte case catch char class const constexpr continue data default defer delete do double else enum explicit export extends extension extern false final finally float for foreach fun func function go goto guard if implements import in inline int interface internal is let long map namespace new nil null nullptr object operator out override package private protected protocol public range return sealed select short signed sizeof static string struct super switch template this throw throws trait true try type typedef typename union unsigned use using val var virtual void when where while yield',
  },
  {
    names: 'py python',
    grammar: grammar(HASH, string(String.raw`"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)`, QUOTED), NUMBER, WORD),
    words:
      'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return self try while with yield',
  },
  {
    names: 'sh bash shell zsh console fish',
    grammar: grammar(HASH, string(QUOTED), NUMBER, WORD),
    words: 'case do done elif else esac exit export fi for function if in local return set then until while',
  },
  {
    names: 'rb ruby',
    grammar: grammar(HASH, string(QUOTED), NUMBER, WORD),
    words:
      'alias and begin break case class def do else elsif end ensure false for if in module next nil not or redo require rescue retry return self super then true undef unless until when while yield',
  },
  {
    names: 'sql postgres postgresql mysql sqlite',
    grammar: grammar(String.raw`(?<comment>--[^\n]*|\/\*[^]*?(?:\*\/|$))`, string(QUOTED), NUMBER, WORD),
    words:
      'add all alter and as asc begin between by case check commit constraint create cross default delete desc distinct drop else end exists foreign from full group having if in index inner insert into is join key left like limit not null offset on or order outer primary references returning right rollback select set table then union unique update values view when where with',
    isCaseless: true,
  },
  { names: 'json jsonc json5', grammar: CURLY, words: 'true false null' },
  { names: 'yaml yml', grammar: grammar(HASH, string(QUOTED), String.raw`(?<keyword>(?<=^|\n)[ \t]*(?:- )*[\w./][\w./-]*(?=[ \t]*:(?:\s|$)))`, NUMBER, WORD), words: 'true false null yes no' },
  { names: 'toml ini env dotenv properties', grammar: grammar(HASH, string(QUOTED), String.raw`(?<keyword>(?<=^|\n)(?:\[[^\]\n]*\]|[\w.-]+(?=[ \t]*=)))`, NUMBER, WORD), words: 'true false' },
  {
    names: 'html xml svg vue svelte',
    grammar: grammar(String.raw`(?<comment><!--[^]*?(?:-->|$))`, string(String.raw`(?<==)(?:"[^"]*"?|'[^']*'?)`), String.raw`(?<keyword><[\/!?]?[A-Za-z][\w:.-]*|[\/?]?>)`),
  },
  {
    names: 'css scss less',
    grammar: grammar(SLASHES, string(QUOTED), String.raw`(?<keyword>@[\w-]+|(?<=[{;]\s{0,99})[\w-]+(?=\s*:))`, String.raw`(?<number>(?<![\w.-])-?\d[\w.%]*|#[\da-f]{3,8}(?![\w-]))`),
  },
  { names: 'docker dockerfile', grammar: grammar(HASH, string(QUOTED), WORD), words: 'ADD ARG AS CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL RUN SHELL USER VOLUME WORKDIR' },
  { names: 'diff patch', grammar: grammar(String.raw`(?<keyword>(?<=^|\n)(?:@@[^\n]*|(?:diff|index|---|\+\+\+) [^\n]*))`, String.raw`(?<string>(?<=^|\n)\+[^\n]*)`, String.raw`(?<number>(?<=^|\n)-[^\n]*)`) },
]

const byName = new Map(LANGUAGES.flatMap((language) => language.names.split(' ').map((name) => [name, language] as const)))

/** In the order of the text; nothing in a language that is not known. */
export function tokensOf(name: string, text: string): Token[] {
  const language = byName.get(name.trim().toLowerCase())
  if (!language) return []
  const words = new Set(language.words?.split(' '))
  const tokens: Token[] = []
  for (const { index, 0: piece, groups = {} } of text.matchAll(language.grammar)) {
    const { word } = groups
    const isWord = word !== undefined && words.has(language.isCaseless ? word.toLowerCase() : word)
    const kind = KINDS.find((kind) => groups[kind] !== undefined) ?? (isWord ? 'keyword' : undefined)
    if (kind && piece) tokens.push({ kind, start: index, end: index + piece.length })
    if (tokens.length === MOST) break
  }
  return tokens
}

/** Beyond so many, the rest is plain. */
const MOST = 2_000
