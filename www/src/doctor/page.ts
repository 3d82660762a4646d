/** What is judged without asking anybody: the options, and what this page and this browser let the widget do. */
import type { ChatError, ChatOptions } from '@miptech/chat'
import { tenantOf } from '../keys'
import { attempt } from '../page'
import type { Notes } from './notes'

/** Where the platform is, as far as the options say so. */
export interface Places {
  tenant: string
  /** The origin of calls, and that of sockets. */
  calls: string
  sockets: string
}

/** The places, or nothing where the options name none: the notes say why. */
export function judgeOptions(options: ChatOptions, error: ChatError | undefined, notes: Notes): Places | undefined {
  const { apiUrl, wsUrl } = options
  const tenantId = tenantOf(options)
  if (!/^[\w-]{3,50}$/.test(tenantId)) {
    notes.found('options', 'tenant-shape', shown(tenantId))
    return undefined
  }
  const given = apiUrl ?? wsUrl ?? 'http://localhost:8000'
  const [calls, sockets] = [given, wsUrl ?? given].map(originOf)
  const wrong = /apiUrl|wsUrl/.exec(error?.code === 'config/invalid' ? error.help : '')?.[0] as 'apiUrl' | 'wsUrl' | undefined
  if (!calls || !sockets || wrong) {
    const evidence = wrong ? `${wrong}: ${shown(options[wrong])}` : shown(calls ? wsUrl : given)
    notes.found('address', 'no-base', evidence, { expected: `an origin, with or without \`${__PREFIX__}\`,` })
    return undefined
  }
  if (error?.code === 'config/invalid') {
    notes.found('options', 'invalid', error.code, { detail: error.help.split(/, got | docs\//)[0]! })
    return undefined
  }
  notes.pass('options', `tenant ${tenantId}`)
  if (given.split(__PREFIX__).length > 2) notes.found('address', 'doubled-prefix', shown(given))
  notes.pass('address', calls)
  if (location.protocol === 'https:' && [calls, sockets].some((origin) => /^http:/.test(origin) && !isLoopback(origin))) {
    notes.found('secure', 'unencrypted', `${calls} from ${location.origin}`)
    return undefined
  }
  notes.pass('secure', location.protocol === 'https:' ? 'page and platform are encrypted' : `the page is ${location.protocol.slice(0, -1)}`)
  return { tenant: tenantId, calls, sockets }
}

/** The shapes the platform's documents use (`platform.md` section 2); every one of them is reduced to its origin. */
function originOf(base: string): string | undefined {
  if (!/^\s*(http|ws)s?:\/\//i.test(base)) return undefined
  return attempt(() => new URL(base.trim().replace(/^ws/i, 'http')).origin)
}

function isLoopback(origin: string): boolean {
  return /(^|\.)localhost$|^127(\.\d+){3}$|^\[::1\]$/.test(new URL(origin).hostname)
}

/** Whether the code runs. `facts` are what it says of itself. */
export function judgeCode(runs: boolean, error: ChatError | undefined, notes: Notes): void {
  const found = CODE_FAULTS[error?.code ?? '']
  if (runs) notes.pass('wasm', `WebAssembly runs, version ${__VERSION__}`)
  else if (found) notes.found('wasm', found, `${error?.code}: ${error?.help}`)
  else notes.found('wasm', 'not-found', 'the code did not answer')
}

const CODE_FAULTS: Record<string, string> = {
  'internal/panic': 'crashed',
  'load/csp-wasm': 'not-allowed',
  'load/network': 'not-found',
  'load/no-wasm': 'no-wasm',
  'load/not-wasm': 'not-wasm',
}

/** Nothing is written before the visitor agreed to it; where something was, a key is written and taken away again. */
export function judgeStorage({ storage = 'local' }: ChatOptions, notes: Notes): void {
  if (storage === 'memory') return notes.pass('storage', 'the page asks for none')
  try {
    const real = storage === 'session' ? sessionStorage : localStorage
    const isUsed = real.getItem('miptech_session_id') !== null
    if (isUsed) {
      real.setItem(TRIAL, '1'.repeat(TRIAL_CHARS))
      real.removeItem(TRIAL)
    }
    notes.pass('storage', isUsed ? `${storage} storage takes values` : `${storage} storage can be read; nothing was written yet`)
  } catch (cause) {
    const { name } = cause as DOMException
    notes.found('storage', name === 'QuotaExceededError' ? 'full' : 'blocked', name)
  }
}

const TRIAL = 'miptech_chat:trial'

/** About what a longer message takes; our choice. */
const TRIAL_CHARS = 4000

export function judgeTabs(notes: Notes): void {
  const missing = ['locks' in navigator ? '' : 'Web Locks', 'BroadcastChannel' in self ? '' : 'BroadcastChannel'].filter(Boolean)
  if (missing[0]) notes.found('tabs', 'alone', `without ${missing.join(' and ')}`)
  else notes.pass('tabs', 'Web Locks and BroadcastChannel are there')
}

/** A value of the page in one short line; whatever an address says of who asks is left out. */
function shown(value: unknown): string {
  return `\`${`${value}`.replace(/\/\/[^/]*@|[?#].*/g, (part) => (part[0] === '/' ? '//' : '')).replace(/[\p{Cc}`]/gu, '').slice(0, 80)}\``
}
