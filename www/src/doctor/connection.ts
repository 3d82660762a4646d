/**
 * What the widget's own connection went through. Nothing is opened or made for it: whatever the session met it has kept,
 * and where it was not asked to connect there is nothing to tell.
 */
import type { ChatOptions } from '@miptech/chat'
import { isOwn } from './asking'
import type { Notes } from './notes'
import type { Places } from './page'
import { CREATE, UNSEEN, noteClock } from './platform'
import { closeWords } from './table'

/** What the wasm says of itself (`src/embed/snapshot.rs`). */
export interface Facts {
  connection: 'blocked' | 'connecting' | 'idle' | 'joining' | 'live' | 'offline' | 'paused' | 'reconnecting' | 'signed-out' | 'starting' | 'waiting'
  platform: string
  profile: string
  chatId?: string
  clientId?: string
  capabilities: string[]
  /** How long the socket took to open, and then to be bound to the chat, in milliseconds. */
  opened?: number
  joined?: number
  /** How long the last answer took to its first words, in milliseconds. */
  firstToken?: number
  /** What the token says it allows; times in milliseconds since 1970. */
  token?: { tenant?: string; missingScope?: string; issued?: number; expires?: number }
  /** The last thing that failed on this page. */
  error?: { code: string; stage: string; text: string; help: string; status?: number; closeCode?: number; requestId?: string }
}

/** Judges the token. One that expired is renewed before it is used, so its age matters where that came to nothing. */
export function judgeToken({ connection, token }: Facts, { tenant }: Places, { getToken, signIn }: ChatOptions, notes: Notes): void {
  if (!token) return notes.skip('token', getToken ? 'getToken gave none yet' : signIn === 'off' ? 'nobody can sign in' : 'nobody is signed in')
  const { tenant: claimed, missingScope, issued, expires } = token
  const now = Date.now()
  // A token from the future was issued by a clock that is ahead.
  if (issued !== undefined && issued - now > 0) noteClock(issued - now, notes)
  const clock = notes.hasFailed('clock') ? 'clock' : undefined
  if (claimed && claimed.toLowerCase() !== tenant.toLowerCase()) notes.found('token', 'other-tenant', 'the claim `tenant_id`', { claimed, tenant })
  else if (missingScope) notes.found('token', 'scope-missing', 'the claim `scope`', { scope: missingScope })
  else if (expires !== undefined && expires < now && /^(blocked|signed-out)$/.test(connection)) notes.found('token', 'expired', 'the claim `exp`', { seconds: `${Math.round((now - expires) / 1000)}` }, clock)
}

/** How long the platform took, in milliseconds, as the browser measured it. */
export interface Times {
  /** To answer a question. */
  probe: number | undefined
  /** To make the chat. */
  creation: number | undefined
}

/** Judges what became of chat and socket. */
export function judgeConnection(facts: Facts, places: Places, times: Times, { signIn }: ChatOptions, notes: Notes): void {
  const isDemandedHere = signIn === 'required'
  const { connection, error } = facts
  if (connection === 'live') return judgeLive(facts, times, notes)
  // A chat at rest is well, whatever it met on the way.
  if (!error || /^(idle|paused)$/.test(connection)) {
    const words = connection === 'idle' && !facts.chatId ? 'nobody has opened the chat yet' : `the chat is ${connection}`
    for (const id of ['tenant', 'create', 'socket', 'join']) notes.skip(id, error ? `${words}; before that ${evidenceOf(error)}` : words)
    return
  }
  judgeError(facts, error, places, isDemandedHere, notes)
}

function judgeLive({ token, opened = 0, joined = 0, profile, capabilities, error, firstToken }: Facts, { probe, creation }: Times, notes: Notes): void {
  const before = error && !PASSING.test(error.code) ? `; before that ${evidenceOf(error)}` : ''
  if (token) notes.pass('token', 'the platform accepts it')
  notes.pass('tenant', 'the platform accepts it')
  notes.pass('create', profile === 'realtime' ? 'the socket makes the chat' : creation === undefined ? 'the chat was there before' : `made in ${creation} ms`)
  notes.pass('socket', `open after ${opened} ms`)
  notes.pass('join', `joined after ${joined} ms${before}`)
  notes.pass('profile', profile)
  notes.pass('capabilities', capabilities.join(', ') || 'none')
  const total = (creation ?? 0) + opened + joined
  const evidence = `probe ${probe ?? '–'} ms, creation ${creation ?? '–'} ms, open to ready ${opened + joined} ms, first words ${firstToken === undefined ? '–' : Math.round(firstToken)} ms`
  if (total > SLOW_MS) notes.found('latency', 'slow', evidence, { ms: `${total}` })
  else notes.pass('latency', evidence)
}

/** Says of which check the error is the failure. What lies behind the first failure is its consequence. */
function judgeError({ token }: Facts, error: NonNullable<Facts['error']>, { sockets, tenant, calls }: Places, isDemandedHere: boolean, notes: Notes): void {
  const { code, stage, text, status, closeCode } = error
  const evidence = evidenceOf(error)
  // A platform that is not well fails in more than one place.
  const because = notes.blame ?? (/^platform\//.test(code) ? ['health', 'warm-up'].find((id) => notes.hasFailed(id)) : undefined)
  const found = (id: string, what: string, facts: Record<string, string> = {}): void => notes.found(id, what, evidence, { tenant, seconds: '60', status: `${status ?? UNSEEN}`, ...facts }, because)
  const isOfSocket = closeCode !== undefined || stage === 'socket' || stage === 'join'
  // What the session came past is as it should be.
  if (isOfSocket) notes.pass('create', 'the chat is there')
  if (stage === 'join' || (closeCode !== undefined && closeCode !== 1006)) notes.pass('socket', 'it opens')
  const refused = (): void => {
    const words = closeCode === undefined ? text || error.code : `${closeCode}, ${closeWords(closeCode)}`
    found('join', 'refused', { reason: words, advice: error.help })
  }
  switch (code) {
    case 'tenant/missing-header':
      return found('tenant', 'header-missing')
    case 'tenant/not-found':
      return found('tenant', 'unknown')
    case 'tenant/denied':
      if (notes.hasFailed('token')) return notes.skip('tenant', evidence)
      if (isOfSocket) return refused()
      return found('tenant', 'denied')
    case 'auth/required':
      if (isDemandedHere) return notes.skip('token', 'nobody is signed in, and the page demands it')
      return found('token', 'required')
    case 'auth/expired':
    case 'auth/forbidden':
      if (notes.hasFailed('token')) return undefined
      return found('token', token ? 'refused' : 'required')
    case 'chat/invalid-request':
      return found('create', 'fields', { fields: text })
    case 'chat/create-failed':
      return found('create', status === 404 || status === 405 ? 'wrong-path' : 'failing')
    case 'network/captive-portal':
      return found('create', 'not-the-platform')
    case 'platform/starting':
      return stage === 'create' ? found('create', 'database') : found('warm-up', 'starting')
    case 'rate/limited':
      return isOfSocket ? refused() : found('create', 'rate-limited')
    case 'platform/error':
      return isOfSocket ? refused() : found('create', 'failing')
    case 'network/blocked-by-csp':
      return found('csp', 'connect', { blocked: `${calls} and ${sockets.replace(/^http/, 'ws')}` })
    case 'network/offline':
      return found('network', 'offline')
    case 'network/unreachable-or-cors':
      // The same question without a body was answered a moment ago.
      return notes.blame ? undefined : found('cors', 'failed-before-headers')
    case 'socket/never-opened':
      return found('socket', 'refused')
    case 'socket/dropped':
      return found('join', 'dropped', { reason: `${closeCode ?? 1006}, ${closeWords(closeCode ?? 1006)}` })
    case 'socket/join-timeout':
      return found('join', 'silent')
    case 'socket/rejected':
      return refused()
    default:
      return notes.skip('join', evidence)
  }
}

function evidenceOf({ code, stage, status, closeCode, requestId, text }: NonNullable<Facts['error']>): string {
  const number = status ?? closeCode
  return `${code} at ${stage}${number === undefined ? '' : ` ${number}`}${requestId ? `, request ${requestId}` : ''}${text && !SPEAKS.test(code) ? `: ${text}` : ''}`
}

/** How long the last creation took. */
export function creationTook(origin: string): number | undefined {
  const calls = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
  const creations = calls.filter(({ initiatorType, name, startTime }) => initiatorType === 'fetch' && name.startsWith(origin) && CREATION.test(name) && !isOwn(startTime))
  const last = creations.at(-1)
  return last && Math.round(last.duration)
}

const CREATION = new RegExp(`${CREATE}/?$`)

/** Errors whose words may repeat what was said, or name the chat. */
const SPEAKS = /^(answer\/|message\/|chat\/gone)/

/** What says nothing of the connection. */
const PASSING = /^(answer|message)\//

/** More than this from creation to join is felt; our choice. */
const SLOW_MS = 3000
