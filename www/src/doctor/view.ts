/**
 * The report as a view inside the widget, for pages with `debug: true`: over the panel, with a way back.
 *
 * It speaks English wherever it stands, as the table of checks and the console do: its readers are the page's own people.
 */
import type { DiagnosticCheck, DiagnosticReport } from '@miptech/chat'
import { attempt } from '../page'
import type { Change } from '../recorder'
import { save, today } from '../save'
import sheet from './view.css'
import { CHECKS } from './table'

const STATES: Record<DiagnosticCheck['state'], [mark: string, word: string]> = {
  pass: ['✓', 'passed'],
  warn: ['!', 'warning'],
  fail: ['✕', 'failed'],
  skipped: ['–', 'not looked at'],
}

/** Opens the view in a widget's root, and examines. What was not written down from its beginning is no trace. */
export function show(root: ShadowRoot, examine: () => Promise<DiagnosticReport | null>, changes: () => readonly Change[], trace: () => string | undefined): void {
  const panel = root.querySelector<HTMLElement>('[part=panel]')
  if (!panel) return
  root.querySelector('.diagnostics')?.remove()
  dress(root)
  const beneath = [...panel.children] as HTMLElement[]
  const opener = root.querySelector<HTMLElement>('[part=menu]')
  const view = element('section', { className: 'diagnostics', lang: 'en', dir: 'ltr', role: 'region', ariaLabel: 'Diagnostics' })
  view.setAttribute('part', 'diagnostics')
  const close = (): void => {
    view.remove()
    for (const node of beneath) node.inert = false
    opener?.focus()
  }
  const back = element('button', { type: 'button', textContent: '✕', ariaLabel: 'Close diagnostics', onclick: close })
  const header = element('header')
  header.append(element('h2', { textContent: 'Diagnostics' }), back)
  const sum = element('p', { className: 'diagnostics-sum' })
  const checks = element('ol', { className: 'diagnostics-checks' })
  const list = element('ol', { className: 'diagnostics-changes' })
  let report: DiagnosticReport | null = null

  const draw = (): void => {
    list.replaceChildren(...[...changes()].reverse().map(changeLine))
    // What is wrong comes first; what stands alike keeps the order of the examination.
    const byRank = [...(report?.checks ?? [])].sort((one, other) => rankOf(one) - rankOf(other))
    checks.replaceChildren(...byRank.map(checkLine))
  }
  const say = (words: string): void => {
    sum.textContent = words
    // The one live region of the widget says it, too.
    root.querySelector('[part=announcer] > div')?.append(element('p', { lang: 'en', textContent: words }))
  }
  const run = async (): Promise<void> => {
    if (view.ariaBusy === 'true') return
    view.ariaBusy = 'true'
    say('Looking at page, platform and connection…')
    report = await examine().catch(() => null)
    view.ariaBusy = 'false'
    say(report ? summary(report) : 'The examination could not be loaded.')
    draw()
  }
  const copy = element('button', { type: 'button', textContent: 'Copy report' })
  copy.onclick = async () => {
    copy.textContent = (await copied(root, textOf(report, changes()))) ? 'Copied' : 'Cannot copy here'
    setTimeout(() => (copy.textContent = 'Copy report'), SAID_FOR_MS)
  }
  const actions = element('div', { className: 'diagnostics-actions' })
  actions.append(element('button', { type: 'button', textContent: 'Run again', onclick: run }), copy)
  if (trace()) {
    const keep = (): void => save(traceFile(trace(), changes()), `chat-trace-${today()}.json`)
    actions.append(element('button', { type: 'button', textContent: 'Export trace', onclick: keep }))
  }
  const body = element('div', { className: 'diagnostics-body', tabIndex: 0 })
  body.append(sum, actions, checks, element('h3', { textContent: 'Last changes, the newest first' }), list)
  view.append(header, body)
  view.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    // It closes this view, and not the whole panel.
    event.stopPropagation()
    close()
  })
  for (const node of beneath) node.inert = true
  panel.append(view)
  back.focus()
  void run()
}

function checkLine({ id, state, evidence, cause, fix, consequenceOf }: DiagnosticCheck): HTMLLIElement {
  const [mark, word] = STATES[state]
  const line = element('li')
  line.dataset['state'] = state
  line.dataset['check'] = id
  const words = element('div')
  const title = element('p', { className: 'diagnostics-title', textContent: titleOf(id) })
  title.append(element('span', { className: 'unseen', textContent: `: ${word}` }))
  words.append(title)
  const also = consequenceOf ? [`because of: ${titleOf(consequenceOf)}`] : []
  for (const text of [evidence, ...also]) words.append(element('p', { className: 'diagnostics-evidence', textContent: text }))
  if (state !== 'skipped') for (const text of [cause, fix]) if (text) words.append(element('p', { textContent: text }))
  line.append(element('span', { className: 'diagnostics-mark', ariaHidden: 'true', textContent: mark }), words)
  return line
}

function changeLine({ at, what, times }: Change): HTMLLIElement {
  const line = element('li')
  const time = new Date(at)
  line.append(
    element('time', { dateTime: time.toISOString(), textContent: time.toISOString().slice(11, 23) }),
    element('span', { textContent: times > 1 ? `${what} ×${times}` : what }),
  )
  return line
}

const rankOf = ({ state, consequenceOf }: DiagnosticCheck): number => (state === 'fail' && !consequenceOf ? 0 : state === 'warn' ? 1 : 2)

const titleOf = (id: string): string => CHECKS.find((check) => check.id === id)?.title ?? id

function summary({ checks }: DiagnosticReport): string {
  const count = (state: DiagnosticCheck['state']): number => checks.filter((check) => check.state === state).length
  const failed = checks.filter(({ state, consequenceOf }) => state === 'fail' && !consequenceOf)
  const warned = count('warn') ? ` ${count('warn')} to look at.` : ''
  if (!failed[0]) return `Nothing failed: ${count('pass')} of ${checks.length} checks passed.${warned}`
  return `What is wrong: ${failed.map(({ id }) => titleOf(id)).join(', ')}.${warned}`
}

/** The report for whoever helps: ids are cut, and there is neither a token nor a text in it. */
function textOf(report: DiagnosticReport | null, changes: readonly Change[]): string {
  const text = JSON.stringify({ ...report, page: location.origin, browser: navigator.userAgent, changes }, null, 2)
  const ids = [report?.chatId, report?.clientId].filter((id) => id !== undefined)
  // Whatever a platform puts into its words, it is no whole id.
  return ids.reduce((text, id) => text.replaceAll(id, `${id.slice(0, 4)}…`), text)
}

/** What the session was told, for `cargo xtask replay`, beside what changed as the page saw it. */
function traceFile(lines: string | undefined, changes: readonly Change[]): Blob {
  const head = JSON.stringify({ version: __VERSION__, createdAt: new Date().toISOString(), changes })
  return new Blob([`${head.slice(0, -1)},"lines":[\n${lines}\n]}\n`], { type: 'application/json' })
}

async function copied(root: ShadowRoot, text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Without a secure page, or without permission, there is the older way.
    const field = element('textarea', { value: text, readOnly: true, className: 'unseen' })
    const former = root.activeElement as HTMLElement | null
    root.querySelector('.diagnostics')?.append(field)
    field.select()
    const isDone = attempt(() => document.execCommand('copy')) ?? false
    field.remove()
    former?.focus()
    return isDone
  }
}

let constructed: CSSStyleSheet | undefined

/** The sheet once, by the object model, which no `style-src` forbids. */
function dress(root: ShadowRoot): void {
  attempt(() => {
    if (!constructed) (constructed = new CSSStyleSheet()).replaceSync(sheet)
    if (!root.adoptedStyleSheets.includes(constructed)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, constructed]
  })
}

function element<K extends keyof HTMLElementTagNameMap>(tag: K, fields: Partial<HTMLElementTagNameMap[K]> = {}): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(tag), fields)
}

const SAID_FOR_MS = 2000
