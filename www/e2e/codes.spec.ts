/** The string unions of the published types and the Rust enums behind them name the same things; no browser needed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { WWW } from './server'

const read = (path: string): string => readFileSync(join(WWW, '..', path), 'utf8')
const types = read('src/embed/types.d.ts')

/** The members of `export type NAME = | 'a' | 'b'`. */
function union(name: string): string[] {
  const [, body] = new RegExp(`export type ${name} =([^]*?)\\n\\n`).exec(`${types}\n\n`) ?? []
  if (!body) throw new Error(`types.d.ts declares no ${name}`)
  return members(body)
}

/** The union that stands inline as the type of a field. */
function fieldUnion(field: string): string[] {
  const [, body] = new RegExp(`^  ${field}\\??: ('[^\\n]*)`, 'm').exec(types) ?? []
  if (!body) throw new Error(`types.d.ts has no union for ${field}`)
  return members(body)
}

function members(body: string): string[] {
  return Array.from(body.matchAll(/'([^']+)'/g), ([, member]) => `${member}`).sort()
}

/** Every text that the `as_str` of an enum gives. */
function enumTexts(path: string, name: string): string[] {
  const source = read(path)
  const [, body] = new RegExp(`impl ${name} \\{[^]*?fn as_str[^]*?match self \\{([^]*?)\\n        \\}`).exec(source) ?? []
  if (!body) throw new Error(`${path} has no ${name}::as_str`)
  return Array.from(body.matchAll(/=> "([^"]+)"/g), ([, text]) => `${text}`).sort()
}

/** The variants an enum declares, so that one forgotten in `as_str` would show as a difference in number. */
function variants(path: string, name: string): number {
  const [, body] = new RegExp(`pub enum ${name} \\{([^]*?)\\n\\}`).exec(read(path)) ?? []
  if (!body) throw new Error(`${path} has no enum ${name}`)
  return Array.from(body.matchAll(/^ {4}[A-Z]\w*,$/gm)).length
}

for (const [declared, path, name] of [
  ['AuthState', 'crates/session/src/auth.rs', 'AuthState'],
  ['ChatErrorCode', 'crates/protocol/src/error.rs', 'ErrorCode'],
  ['MessageStatus', 'crates/session/src/entry.rs', 'Status'],
  ['ConnectionState', 'crates/session/src/phase.rs', 'Connection'],
] as const) {
  test(`${declared} and the Rust enum ${name} name the same strings`, () => {
    const texts = enumTexts(path, name)
    expect(texts.length).toBeGreaterThan(2)
    expect(texts).toHaveLength(variants(path, name))
    expect(new Set(texts).size).toBe(texts.length)
    expect(union(declared)).toEqual(texts)
  })
}

test('the host page is asked for a token for the reasons the session knows', () => {
  expect(fieldUnion('reason')).toEqual(enumTexts('crates/session/src/output.rs', 'TokenReason'))
})

test('the profiles to choose from are those the protocol knows, or none of them', () => {
  const texts = enumTexts('crates/protocol/src/profile.rs', 'Profile')
  expect(fieldUnion('profile')).toEqual([...texts, 'auto'].sort())
})

test('the stage of an error is one the session knows, or the load of the code itself', () => {
  const texts = enumTexts('crates/protocol/src/error.rs', 'Stage')
  expect(fieldUnion('stage')).toEqual([...texts, 'load'].sort())
})

test('every event of the types is raised somewhere under the same name', () => {
  const [, body] = /export interface ChatEvents \{([^]*?)\n\}/.exec(types) ?? []
  const declared = Array.from((body ?? '').matchAll(/^ {2}'?([\w:-]+)'?:/gm), ([, name]) => `${name}`)
  expect(declared.length).toBeGreaterThanOrEqual(10)
  const source = read('src/embed/events.rs')
  for (const name of declared) expect(source, name).toContain(`"${name}"`)
})

test('every option of the types is read by the widget or by its doors', () => {
  const [, body] = /export interface ChatOptions \{([^]*?)\n\}/.exec(types) ?? []
  const declared = Array.from((body ?? '').matchAll(/^ {2}(\w+)\?:/gm), ([, name]) => `${name}`).sort()
  const [, list] = /const KNOWN: \[&str; \d+\] = \[([^]*?)\];/.exec(read('src/embed/config/fields.rs')) ?? []
  const known = Array.from((list ?? '').matchAll(/"(\w+)"/g), ([, name]) => `${name}`).sort()
  expect(declared).toEqual(known)
})
