/** One idempotent question to the platform, and what a page is told of the answer. */

export interface Answer {
  /** Nothing, where the page may not read it. */
  status?: number
  body: string
  date: string | null
  requestId: string | null
  isMoved: boolean
  /** Milliseconds until the head of the answer. */
  took: number
}

/** What went wrong where no answer came: too late, or a page is not told. */
export type Silence = 'timeout' | 'failed'

/** How long an answer may take: the readiness deadline of `platform.md` section 15, twice. */
export const SECONDS = 10

/** When questions of ours were asked, by the page's clock; what the browser measured then is no call of the widget. */
const asked: number[] = []

/** Whether what the browser began then was a question of ours. */
export const isOwn = (startTime: number): boolean => asked.some((at) => startTime >= at && startTime < at + AT_ONCE_MS)

const AT_ONCE_MS = 20

export async function ask(url: string, init: RequestInit = {}): Promise<Answer | Silence> {
  const begun = performance.now()
  asked.push(begun)
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), SECONDS * 1000)
  try {
    const answer = await fetch(url, { cache: 'no-store', credentials: 'omit', redirect: 'manual', referrerPolicy: 'no-referrer', signal: abort.signal, ...init })
    const took = Math.round(performance.now() - begun)
    const isReadable = answer.type === 'cors' || answer.type === 'basic'
    return {
      ...(isReadable && { status: answer.status }),
      body: isReadable ? (await answer.text()).slice(0, 65536) : '',
      date: answer.headers.get('date'),
      requestId: answer.headers.get('x-request-id'),
      isMoved: answer.type === 'opaqueredirect',
      took,
    }
  } catch {
    return abort.signal.aborted ? 'timeout' : 'failed'
  } finally {
    clearTimeout(timer)
  }
}

/** Whether anything answers there, readable or not. */
export async function answers(url: string): Promise<boolean> {
  // Nothing but a followed redirect is allowed here.
  return typeof (await ask(url, { mode: 'no-cors', redirect: 'follow' })) === 'object'
}

export const isAnswer = (answer: Answer | Silence): answer is Answer => typeof answer === 'object'

export const said = ({ status, took, requestId }: Answer): string => `${status ?? 'an answer the page may not read'} in ${took} ms${requestId ? `, request ${requestId}` : ''}`
