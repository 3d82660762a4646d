/**
 * Answers that mean no good (rows M1 to M24): nothing of them becomes a script, a request, or a node or an attribute
 * off the list, at no point of their arrival.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { tag } from './pages'
import { type ReferenceServer, WWW } from './server'
import { Teller } from './teller'
import type { Widget } from './widget'

interface Payload {
  name: string
  text: string
}

/** The corpus of the parser's own tests. */
const PAYLOADS = JSON.parse(readFileSync(join(WWW, '../crates/markdown/tests/corpus/payloads.json'), 'utf8')) as Payload[]

/** Shows from its first character to its last. */
const CONTROL: Payload = { name: 'control', text: 'n'.repeat(100) }

/** Every element an answer may become, with every attribute it may have and what its value must look like. */
const ALLOWED: Record<string, Record<string, string>> = {
  a: {
    href: '^(https?://[^@/?#]+([/?#].*)?|mailto:.*|tel:.*)$',
    target: '^_blank$',
    rel: '^noopener noreferrer nofollow ugc$',
    referrerpolicy: '^no-referrer$',
    'data-host': '^[!-~]*$',
    'data-asks': '^[!-~]*$',
  },
  blockquote: {},
  br: {},
  button: { type: '^button$', class: '^text-button copy$' },
  code: {},
  div: { class: '^(code|code-head|table)$', tabindex: '^0$' },
  em: {},
  h3: {},
  h4: {},
  hr: {},
  li: { class: '^task$' },
  ol: { start: '^\\d+$' },
  p: {},
  pre: { tabindex: '^0$', dir: '^ltr$' },
  s: {},
  span: { class: '^(image|cite)$', 'data-source': '^\\d{1,2}$' },
  strong: {},
  table: {},
  tbody: {},
  td: { class: '^(center|right)$' },
  th: { class: '^(center|right)$' },
  thead: {},
  tr: {},
  ul: {},
}

interface Findings {
  /** What is off the list, by the payload and the characters of it that had arrived. */
  offences: string[]
  prefixes: number
  /** How much of the last payload was shown after each of its pieces. */
  shown: number[]
  violations: string[]
  scripts: number
}

/** The widget under the strictest policy, live, on a page whose frames come as fast as it asks for them. */
async function live(page: Page, widget: Widget, server: ReferenceServer): Promise<Teller> {
  const teller = await Teller.on(page)
  await page.addInitScript(() => {
    const channel = new MessageChannel()
    const waiting: FrameRequestCallback[] = []
    channel.port1.onmessage = () => waiting.splice(0).forEach((call) => call(performance.now()))
    window.requestAnimationFrame = (call) => {
      channel.port2.postMessage(null)
      return waiting.push(call)
    }
    const seen: string[] = []
    document.addEventListener('securitypolicyviolation', (event) => seen.push(`${event.violatedDirective} ${event.blockedURI}`))
    for (const name of ['alert', 'confirm', 'prompt', 'print', 'open'] as const) Object.assign(window, { [name]: () => seen.push(name) })
    Object.assign(window, { seen })
  })
  const socket = server.origin.replace('http', 'ws')
  const content = [
    "default-src 'none'",
    "script-src 'nonce-r4nd0m' 'wasm-unsafe-eval'",
    `connect-src ${server.origin} ${socket}`,
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
  const head = `<meta http-equiv="Content-Security-Policy" content="${content}"><title>hostile</title>`
  await server.addPage('answers.html', `<!doctype html><html lang="en"><head>${head}</head><body>${tag(server.origin, 'nonce="r4nd0m"')}</body></html>`)
  await page.goto('/answers.html')
  await widget.openLive()
  return teller
}

/** Lets payloads arrive in pieces, and looks at the whole answer after each. */
async function arrive(page: Page, payloads: readonly Payload[], pieceOf: number): Promise<Findings> {
  return page.evaluate(
    async ({ payloads, pieceOf, allowed }) => {
      const root = document.querySelector('[data-miptech-chat]')!.shadowRoot!
      const rules = new Map(Object.entries(allowed).map(([name, attributes]) => [name, new Map(Object.entries(attributes).map(([name, rule]) => [name, new RegExp(rule)]))]))
      const offences = new Set<string>()
      const channel = new MessageChannel()
      let pass = (): void => undefined
      channel.port1.onmessage = () => pass()
      const task = (): Promise<void> =>
        new Promise((done) => {
          pass = done
          channel.port2.postMessage(null)
        })
      let heard = 0
      for (const event of ['response:delta', 'response:end'] as const) window.MIPTechChat?.get?.('default')?.on(event, () => (heard += 1))
      let told = 0
      // A burst is heard in slices. Then twice: the first task may be the one in which the frame is asked for.
      const painted = async (): Promise<void> => {
        told += 1
        while (heard < told) await task()
        await task()
        await task()
      }
      const offence = (element: Element): string | undefined => {
        const attributes = element.namespaceURI === 'http://www.w3.org/1999/xhtml' ? rules.get(element.localName) : undefined
        if (!attributes) return `<${element.localName}>`
        for (const { name, value } of element.attributes) {
          if (!attributes.get(name)?.test(value)) return `<${element.localName} ${name}="${value.slice(0, 60)}">`
        }
        return undefined
      }
      let prefixes = 0
      let shown: number[] = []
      for (const [index, { name, text }] of payloads.entries()) {
        shown = []
        const id = `${pieceOf}-${index}`
        window.tell([{ type: 'response_start', data: { message_id: id } }])
        const characters = Array.from(text)
        for (let from = 0; from < characters.length; from += pieceOf) {
          const content = characters.slice(from, from + pieceOf).join('')
          window.tell([{ type: 'response_chunk', data: { message_id: id, content } }])
          await painted()
          prefixes += 1
          const answer = [...root.querySelectorAll('.answer')].at(-1)
          shown.push(answer?.textContent?.length ?? 0)
          for (const element of answer?.querySelectorAll('*') ?? []) {
            const found = offence(element)
            if (found) offences.add(`${name}, ${from + pieceOf}: ${found}`)
          }
        }
        window.tell([{ type: 'response_complete', data: { message_id: id, total_tokens: 1 } }])
        await painted()
        for (const element of [...root.querySelectorAll('.answer')].at(-1)?.querySelectorAll('*') ?? []) {
          const found = offence(element)
          if (found) offences.add(`${name}, whole: ${found}`)
        }
      }
      const { seen } = window as unknown as { seen: string[] }
      return { offences: [...offences], prefixes, shown, violations: seen, scripts: root.querySelector('[part=transcript]')!.querySelectorAll('script, style, iframe, object, embed, img, svg image, link, meta, base, form').length }
    },
    { payloads, pieceOf, allowed: ALLOWED },
  )
}

/** A long conversation is slow, and nothing of this is about it: so many payloads share one. */
const BATCH = 70

for (let from = 0; from < PAYLOADS.length; from += BATCH) {
  for (const pieceOf of [1, 7, 64]) {
    test(`payloads from ${from} on, in pieces of ${pieceOf}, become text and listed nodes only`, async ({ page, widget, server, complaints }) => {
      test.slow()
      const asked: string[] = []
      await live(page, widget, server)
      page.on('request', (request) => {
        if (!request.url().startsWith(server.origin)) asked.push(request.url())
      })
      // One by one, payloads of thousands of characters would take minutes and show nothing that their beginnings do not.
      const most = pieceOf === 64 ? Infinity : 300
      const payloads = [...PAYLOADS.slice(from, from + BATCH), CONTROL].map(({ name, text }) => ({ name, text: text.slice(0, most) }))
      const { offences, prefixes, shown, violations, scripts } = await arrive(page, payloads, pieceOf)
      expect(offences).toEqual([])
      expect(violations).toEqual([])
      expect(scripts).toBe(0)
      expect(asked).toEqual([])
      expect(complaints).toEqual([])
      expect(prefixes).toBeGreaterThanOrEqual(payloads.length)
      // Every piece was painted before it was looked at.
      const { length } = CONTROL.text
      expect(shown).toEqual(Array.from({ length: Math.ceil(length / pieceOf) }, (_, index) => Math.min((index + 1) * pieceOf, length)))
    })
  }
}

test('what a visitor types is never Markdown', async ({ page, widget, server }) => {
  await live(page, widget, server)
  const text = '<img src=x onerror=alert(1)> **bold** [link](https://evil.example/)'
  await widget.ask(text)
  await expect(widget.question(text).locator('[part=bubble]')).toHaveText(text)
  await expect(widget.question(text).locator('[part=bubble] :not(p)')).toHaveCount(0)
})
