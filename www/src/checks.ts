/** What of the options the wasm does not judge, judged here; fetched only where a page uses any of them. */
import type { ChatOptions } from '@miptech/chat'
import { attempt } from './page'

const KNOWN =
  'apiUrl connect consent context debug dir disclosure fallbackHref features getToken header id images invitation launcher limits links load locale nonce offset on open placeholder position profile signIn size storage strings suggestions target tenantId theme title tokenKeys tokenTransport user welcome wsUrl zIndex'.split(
    ' ',
  )

type Check = (value: unknown) => unknown

const text: Check = (value) => typeof value === 'string'
const flag: Check = (value) => typeof value === 'boolean'
const object: Check = (value) => typeof value === 'object' && !Array.isArray(value)
const place: Check = (value) => value instanceof Element || (text(value) && attempt(() => document.querySelector(value as string)))
/** Where a link of ours may lead. */
export const isAddress: Check = (value) => text(value) && /^(https?:|mailto:|tel:|\/|\.)/.test(value as string)
const fields =
  (check: Check): Check =>
  (value) =>
    object(value) && Object.values(value as object).every((field) => field == null || check(field))
const oneOf =
  (...words: string[]): Check =>
  (value) =>
    words.includes(value as string)

/** Every option the wasm does not judge, what is expected of it, and whether a value is that. */
const CHECKS: [field: keyof ChatOptions, expected: string, check: Check][] = [
  ['consent', 'on-send, none or host', oneOf('on-send', 'none', 'host')],
  ['dir', 'auto, ltr or rtl', oneOf('auto', 'ltr', 'rtl')],
  ['disclosure', 'true, false or an object of text and href', (value) => flag(value) || fields(text)(value)],
  ['fallbackHref', 'an http, mailto or tel address', isAddress],
  ['features', 'an object of true and false', fields(flag)],
  ['header', 'true or false', flag],
  ['images', 'an object', object],
  ['invitation', 'false or an object', (value) => value === false || object(value)],
  ['launcher', 'true, false, an element or its selector', (value) => flag(value) || place(value)],
  ['links', 'an object', object],
  ['load', 'intent, idle, eager or manual', oneOf('intent', 'idle', 'eager', 'manual')],
  ['nonce', 'a string', text],
  ['offset', 'an object of the numbers x and y', fields((value) => Number.isFinite(value))],
  ['on', 'an object of functions', fields((value) => typeof value === 'function')],
  // A tag with nothing but the name says nothing.
  ['open', 'true, false or restore', (value) => !value || value === true || value === 'restore'],
  ['storage', 'local, session or memory', oneOf('local', 'session', 'memory')],
  ['strings', 'an object of strings', fields(text)],
  ['target', 'an element or its selector', place],
  ['theme', 'auto, light, dark, glass or an object of tokens', (value) => text(value) || (object(value) && !badToken(value as object))],
  ['user', 'an object of strings', fields(text)],
]

/** Names unknown options in the console. What is wrong with the first known one that is, in one line. */
export function checkOptions(options: ChatOptions): string | undefined {
  for (const name of Object.keys(options)) {
    if (KNOWN.includes(name)) continue
    const [nearest] = [...KNOWN].sort((one, other) => distance(name, one) - distance(name, other))
    console.warn(`miptech-chat: option ${JSON.stringify(name.slice(0, 80))} is unknown; the nearest known one is ${nearest}`)
  }
  for (const [field, expected, check] of CHECKS) {
    const value = options[field]
    if (value != null && !check(value)) return `expected ${expected} for option ${field}, got ${shown(value)}`
  }
  return undefined
}

/** The first token that is none, or whose value is none of its kind. */
function badToken(tokens: object): string | undefined {
  return Object.entries(tokens).find(([token, value]) => {
    const kind = KINDS.find(([tokens]) => tokens.test(token))?.[1]
    return !kind || !text(value) || /[;{}]/.test(value) || !CSS.supports(kind, value)
  })?.[0]
}

/** The tokens by the property that takes their values: colour, type, shape and space. */
const KINDS: [RegExp, string][] = [
  [/^(accent|accent-hover|danger|line|on-accent|success|surface|surface-raised|text|text-soft|warning)$/, 'color'],
  [/^font(-message|-mono)?$/, 'font-family'],
  [/^font-size$/, 'font-size'],
  [/^radius-(bubble|control|launcher|panel)$/, 'border-start-start-radius'],
  [/^(gap|height|padding|width)$/, 'inline-size'],
]

/** A value of the host page in one line of ours: short, quoted, without control characters. */
function shown(value: unknown): string {
  return text(value) ? JSON.stringify((value as string).replace(/\p{Cc}/gu, '').slice(0, 80)) : typeof value
}

/** How many letters must be changed to make one word of the other (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from(other + '.', (_, index) => index)
  for (const [line, letter] of [...one].entries()) {
    const next = [line + 1]
    for (let at = 0; at < other.length; at++) next.push(Math.min(row[at]! + +(letter !== other[at]), row[at + 1]! + 1, next[at]! + 1))
    row = next
  }
  return row[other.length]!
}
