/** What the platform answers to questions that change nothing: whether it is there, well, and lets this page read. */
import { type Answer, SECONDS, type Silence, answers, ask, isAnswer, said } from './asking'
import type { Notes } from './notes'
import type { Places } from './page'
import type { PolicyWatch } from './policy'

/** Asks; gives how long the first answer took, or nothing where calls do not get through. */
export async function judgePlatform({ calls, tenant }: Places, policy: PolicyWatch, notes: Notes): Promise<number | undefined> {
  const visit = new Visit(calls, tenant, notes)
  const first = await visit.ask(HEALTH)
  if (!isAnswer(first)) {
    if (!(await policy.note(notes))) await visit.judgeSilence(first)
    return undefined
  }
  notes.pass('csp', 'calls to the platform are allowed')
  notes.pass('network', said(first))
  if (!(await visit.judgeHealth(first))) return undefined
  return (await visit.judgePermission()) ? first.took : undefined
}

class Visit {
  constructor(
    private readonly calls: string,
    private readonly tenant: string,
    private readonly notes: Notes,
  ) {}

  /** Asks as the widget does: with the headers of a chat's creation, so that the browser asks for permission first. */
  ask(path: string): Promise<Answer | Silence> {
    return ask(this.calls + path, { headers: { 'Content-Type': 'application/json', 'X-Tenant-ID': this.tenant } })
  }

  /**
   * There was no answer that the page may read. A simple question follows, one without headers of ours, which the browser
   * asks without permission: who answers that one readably refuses no origin.
   */
  async judgeSilence(silence: Silence): Promise<void> {
    const { calls, notes } = this
    if (!navigator.onLine) return notes.found('network', 'offline', 'the browser says so')
    if (silence === 'timeout') return notes.found('network', 'timeout', `${HEALTH}: no answer`, { seconds: `${SECONDS}` })
    const evidence = `${HEALTH}: no answer this page may read`
    const simple = await ask(calls + SIMPLE)
    if (isReadable(simple)) {
      notes.pass('csp', 'calls to the platform are allowed')
      notes.pass('network', said(simple))
      const told = `${evidence}; ${SIMPLE}: ${said(simple)}`
      if (!isReadable(await this.ask(SIMPLE))) notes.found('cors', 'header-not-allowed', told, { header: '`X-Tenant-ID` or `Content-Type`' })
      else if (await answers(calls + HEALTH)) notes.found('cors', 'failed-before-headers', told, { status: UNSEEN })
      else notes.found('extension', 'blocked', told, { blocked: HEALTH })
    } else if (await answers(calls + HEALTH)) {
      notes.pass('csp', 'calls to the platform are allowed')
      notes.pass('network', 'something answers')
      notes.found('cors', 'nothing-readable', `${HEALTH} and ${SIMPLE} answer, and this page may read neither`, { origin: location.origin, address: calls + HEALTH })
    } else if (await answers(`${calls}/`)) {
      notes.pass('network', 'something answers')
      notes.found('extension', 'blocked', `${HEALTH} is stopped, / is not`, { blocked: HEALTH })
    } else notes.found('network', 'unreachable', evidence, { address: calls + HEALTH })
  }

  /** Walks the probes as the widget does, and until the platform is ready. */
  async judgeHealth(first: Answer): Promise<boolean> {
    const { notes } = this
    const asked: Answer[] = []
    for (const path of [HEALTH, '/healthz', '/readyz']) {
      const answer = path === HEALTH ? first : await this.ask(path)
      if (!isAnswer(answer)) continue
      const readiness = path === '/readyz' ? isWell(answer) && 'ready' : readinessOf(answer)
      // Whoever answers one question with a page of their own answers every question so.
      if (readiness && !asked.some(isWell)) {
        notes.pass('health', path)
        judgeClock(answer, notes)
        await this.judgeWarmUp(path, readiness)
        return true
      }
      asked.push(answer)
    }
    const evidence = asked.map(said).join(', ')
    if (asked.some(({ status }) => status === 429)) {
      notes.skip('health', `too many questions: ${evidence}`)
      return true
    }
    const root = await this.ask('/health')
    if (asked.some(({ status }) => status! >= 500)) notes.found('health', 'failing', evidence)
    else if (isAnswer(root) && readinessOf(root)) notes.found('health', 'prefix-missing', `${evidence}; /health answers ${said(root)}`)
    else notes.found('health', 'not-the-platform', evidence)
    return false
  }

  private async judgeWarmUp(path: string, readiness: 'ready' | 'warming'): Promise<void> {
    const { notes } = this
    if (readiness === 'ready') return notes.pass('warm-up', 'the model services are ready')
    for (let probe = 1; probe < PROBES; probe++) {
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_PROBES_MS))
      const answer = await this.ask(path)
      if (isAnswer(answer) && readinessOf(answer) === 'ready') return notes.pass('warm-up', `ready after ${probe * BETWEEN_PROBES_MS} ms`)
    }
    notes.found('warm-up', 'starting', `asked ${PROBES} times in ${Math.round((PROBES * BETWEEN_PROBES_MS) / 1000)} s`)
  }

  /** Whether chats may be asked for; the platform's health may be asked for already. */
  async judgePermission(): Promise<boolean> {
    const { calls, notes } = this
    let asked = await this.ask(CREATE)
    if (!isReadable(asked)) {
      // No browser follows a redirect where it asked for permission.
      const other = await this.ask(`${CREATE}/`)
      if (isReadable(other)) {
        notes.found('create', 'slash-redirect', `${CREATE} has no answer, ${CREATE}/ has one`, { from: CREATE, status: UNSEEN })
        asked = other
      }
    }
    if (asked === 'timeout') {
      notes.found('network', 'timeout', `${CREATE}: no answer`, { seconds: `${SECONDS}` })
      return false
    }
    if (isReadable(asked)) {
      notes.pass('cors', `${location.origin} may ask and read: ${said(asked)}`)
      return true
    }
    const evidence = `${CREATE}: no answer this page may read, ${HEALTH} has one`
    if (await answers(calls + CREATE)) notes.found('cors', 'failed-before-headers', evidence, { status: UNSEEN })
    else notes.found('extension', 'blocked', `${CREATE} is stopped, ${HEALTH} is not`, { blocked: CREATE })
    return false
  }
}

/** Pages of another origin may mostly not read `Date`; then the body's own time is as good. */
function judgeClock({ body, date }: Answer, notes: Notes): void {
  const { timestamp } = fieldsOf(body)
  const theirs = date ? Date.parse(date) : typeof timestamp === 'number' ? timestamp * (timestamp < 1e11 ? 1000 : 1) : Date.parse(zoned(`${timestamp}`))
  if (Number.isNaN(theirs)) return notes.skip('clock', 'the platform does not tell this page what time it is')
  noteClock(Date.now() - theirs, notes)
}

/** A time without a zone is one of the platform's, which means UTC by it. */
const zoned = (time: string): string => (/T[\d:.]+$/.test(time) ? `${time}Z` : time)

/** What the two clocks are apart, in milliseconds. */
export function noteClock(apart: number, notes: Notes): void {
  const seconds = Math.round(Math.abs(apart) / 1000)
  if (seconds * 1000 > CLOCKS_APART_MS) notes.found('clock', 'apart', `${seconds} s`, { seconds: `${seconds}` })
  else notes.pass('clock', `${seconds} s apart`)
}

/** `platform.md` section 4, as the widget reads it. */
function readinessOf({ status, body }: Answer): 'ready' | 'warming' | undefined {
  if (!status || status >= 300) return undefined
  const fields = fieldsOf(body)
  const isReady = fields['ai_services_ready'] ?? fields['aiServicesReady']
  if (typeof isReady === 'boolean') return isReady ? 'ready' : 'warming'
  if (typeof fields['status'] !== 'string') return undefined
  return /^(healthy|ok|ready)$/.test(fields['status']) ? 'ready' : 'warming'
}

/** Whether there is an answer that the page may read, and that answers the question. */
function isReadable(answer: Answer | Silence): answer is Answer {
  return isAnswer(answer) && !answer.isMoved
}

function isWell({ status }: Answer): boolean {
  return status !== undefined && status < 300
}

/** The fields of a JSON object, also where it comes in an envelope. */
function fieldsOf(body: string): Record<string, unknown> {
  try {
    const read = JSON.parse(body) as Record<string, unknown>
    const inner = read['data']
    return (typeof inner === 'object' && inner ? inner : read) as Record<string, unknown>
  } catch {
    return {}
  }
}

export const HEALTH = `${__PREFIX__}/health`
/** Nobody asks for the tenant there. */
const SIMPLE = '/healthz'
export const CREATE = `${__PREFIX__}/chat`

/** The status of an answer a page may not read. */
export const UNSEEN = 'with a status that no page is told'

/** How often and how slowly readiness is asked for (`platform.md` section 4). */
const PROBES = 5
const BETWEEN_PROBES_MS = 1700

/** Clocks that are further apart than this break tokens of ten minutes; our choice. */
const CLOCKS_APART_MS = 120_000
