/** Colours in code, where the page wants them: over the text as it stands, and gone with it. */
import type { Page } from '@playwright/test'
import type { ChatOptions } from '@miptech/chat'
import { type Kind, KINDS, tokensOf } from '../src/highlight/tokens'
import { expect, test } from './fixtures'
import { goToPage, tag } from './pages'
import { Teller } from './teller'
import { type ReferenceServer, TENANT } from './server'
import type { Widget } from './widget'

const CODE = '```js\nconst a = "b" // c\nlet n = 42\n```'

/** What is coloured on a page, in the order of the text. */
const coloured = (page: Page): Promise<Partial<Record<Kind, string[]>>> =>
  page.evaluate(
    (kinds) =>
      Object.fromEntries(
        kinds.flatMap((kind) => {
          const ranges = [...(CSS.highlights.get(`miptech-chat-${kind}`) ?? [])]
          const texts = ranges.map(({ startContainer, startOffset, endOffset }) => startContainer.textContent!.slice(startOffset, endOffset))
          return ranges.length ? [[kind, texts]] : []
        }),
      ),
    KINDS,
  )

/** A live widget that the page mounted with options of its choice. */
async function live(page: Page, widget: Widget, server: ReferenceServer, options?: ChatOptions): Promise<Teller> {
  const teller = await Teller.on(page)
  await page.goto(await server.barePage())
  await widget.mount({ apiUrl: server.origin, tenantId: TENANT, ...options })
  await widget.openLive()
  return teller
}

test('code is coloured as it grows, and no node of it is touched', async ({ page, widget, server }) => {
  const teller = await live(page, widget, server, { features: { highlight: true } })
  await teller.begin()
  await teller.grow('```js\nconst a')
  await expect.poll(() => coloured(page)).toEqual({ keyword: ['const'] })
  const code = widget.lastAnswer().locator('pre code')
  const text = await code.evaluateHandle((code) => code.firstChild)
  await teller.grow(' = "b" // c\nlet n = 42')
  await expect.poll(() => coloured(page)).toEqual({ comment: ['// c'], keyword: ['const', 'let'], number: ['42'], string: ['"b"'] })
  await teller.grow('\n```\n')
  await teller.end()
  await widget.expectStatus(widget.lastAnswer(), 'complete')
  expect(await code.evaluate((code, text) => [code.childNodes.length, code.firstChild === text], text)).toEqual([1, true])
  await expect.poll(() => coloured(page)).toMatchObject({ keyword: ['const', 'let'] })

  await widget.on((handle) => handle.destroy())
  await expect.poll(() => coloured(page)).toEqual({})
})

test('a conversation that ends takes its colours along', async ({ page, widget, server }) => {
  const teller = await live(page, widget, server, { features: { highlight: true } })
  await teller.answer(CODE)
  await expect.poll(() => coloured(page)).toMatchObject({ string: ['"b"'] })
  await widget.on((handle) => void handle.eraseConversation())
  await expect(widget.messages).toHaveCount(0)
  await expect.poll(() => coloured(page)).toEqual({})
})

test('a page that did not ask for it fetches nothing of it, and may ask later', async ({ page, widget, server }) => {
  const fetched: string[] = []
  page.on('request', (request) => fetched.push(request.url()))
  const teller = await live(page, widget, server)
  await teller.answer(CODE)
  await expect(widget.lastAnswer().locator('pre')).toBeVisible()
  expect(fetched.filter((url) => url.includes('highlight'))).toEqual([])
  expect(await coloured(page)).toEqual({})

  await widget.on((handle) => handle.update({ features: { highlight: true } }))
  await expect.poll(() => coloured(page)).toMatchObject({ number: ['42'] })
  expect(fetched.filter((url) => url.includes('highlight'))).toHaveLength(1)
  await widget.on((handle) => handle.update({ features: { highlight: false } }))
  await expect.poll(() => coloured(page)).toEqual({})
  // On colours of the page's own nobody knows what can be read.
  await widget.on((handle) => handle.update({ features: { highlight: true }, theme: { surface: '#fafad2' } }))
  await widget.on((handle) => handle.update({ title: 'Later' }))
  await expect(page.getByRole('dialog', { name: 'Later', exact: true })).toBeVisible()
  expect(await coloured(page)).toEqual({})
  await widget.on((handle) => handle.update({ theme: 'glass', title: 'Glass' }))
  await expect(page.getByRole('dialog', { name: 'Glass', exact: true })).toBeVisible()
  expect(await coloured(page)).toEqual({})
  await widget.on((handle) => handle.update({ theme: 'dark' }))
  await expect.poll(() => coloured(page)).toMatchObject({ number: ['42'] })
})

test('who asked for more contrast, or for colours of their own, reads plain code', async ({ page, widget, server }) => {
  const teller = await live(page, widget, server, { features: { highlight: true } })
  await teller.answer(CODE)
  await expect.poll(() => coloured(page)).toMatchObject({ number: ['42'] })
  const colours = (): Promise<number> =>
    widget.lastAnswer().locator('pre code').evaluate((code, kinds) => new Set(kinds.map((kind) => getComputedStyle(code, `::highlight(miptech-chat-${kind})`).color)).size, KINDS)
  expect(await colours()).toBe(KINDS.length)
  await page.emulateMedia({ contrast: 'more' })
  expect(await colours()).toBe(1)
  await page.emulateMedia({ contrast: null, forcedColors: 'active' })
  expect(await colours()).toBe(1)
})

test('where the file cannot be had, code is plain', async ({ page, widget, server, complaints }) => {
  await page.route('**/miptech-chat-highlight-*', (route) => route.abort())
  const failed = page.waitForEvent('requestfailed')
  const teller = await live(page, widget, server, { features: { highlight: true } })
  await failed
  await teller.answer(CODE)
  await expect(widget.lastAnswer().locator('pre')).toHaveText('const a = "b" // c\nlet n = 42')
  expect(complaints.filter((line) => !line.includes('ERR_FAILED'))).toEqual([])
})

test('runs under a strict policy and Trusted Types', async ({ page, widget, server }) => {
  await goToPage(
    page,
    server,
    `<meta http-equiv="content-security-policy" content="default-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; connect-src 'self' ws:; img-src data:; require-trusted-types-for 'script'; trusted-types 'none'">${tag(server.origin, 'data-manual')}`,
  )
  const teller = await Teller.on(page)
  await page.reload()
  await widget.mount({ apiUrl: server.origin, tenantId: TENANT, features: { highlight: true } })
  await widget.openLive()
  await teller.answer(CODE)
  await expect.poll(() => coloured(page)).toMatchObject({ keyword: ['const', 'let'] })
})

/** What is found in a text, as `kind:piece`. */
const found = (language: string, text: string): string[] => tokensOf(language, text).map(({ kind, start, end }) => `${kind}:${text.slice(start, end)}`)

for (const [language, text, ...tokens] of [
  ['TypeScript', 'type A = `x${1}` /* no', 'keyword:type', 'string:`x${1}`', 'comment:/* no'],
  ['rust', "fn f<'a>() -> u8 { b'x' as u8 } // \"", 'keyword:fn', "string:b'x'", 'keyword:as', 'comment:// "'],
  ['go', 'if x == nil { return 1.5e3 }', 'keyword:if', 'keyword:nil', 'keyword:return', 'number:1.5e3'],
  ['python', 'x = """a # b"""  # c', 'string:"""a # b"""', 'comment:# c'],
  ['sh', 'if [ "$a" ]; then echo x#y; fi # z', 'keyword:if', 'string:"$a"', 'keyword:then', 'keyword:fi', 'comment:# z'],
  ['ruby', "def a; 'b'; end", 'keyword:def', "string:'b'", 'keyword:end'],
  ['sql', "SELECT 1 from t -- x", 'keyword:SELECT', 'number:1', 'keyword:from', 'comment:-- x'],
  ['json', '{"a": [1, true]}', 'string:"a"', 'number:1', 'keyword:true'],
  ['yaml', 'a: 1\n- b-c: "x" # y', 'keyword:a', 'number:1', 'keyword:- b-c', 'string:"x"', 'comment:# y'],
  ['toml', '[a]\nb = 2', 'keyword:[a]', 'keyword:b', 'number:2'],
  ['html', '<a href="x">&amp;</a><!-- y', 'keyword:<a', 'string:"x"', 'keyword:>', 'keyword:</a', 'keyword:>', 'comment:<!-- y'],
  ['css', '@media x { .a { color: #fff; width: 2px } }', 'keyword:@media', 'keyword:color', 'number:#fff', 'keyword:width', 'number:2px'],
  ['dockerfile', 'FROM a # b', 'keyword:FROM', 'comment:# b'],
  ['diff', '@@ -1 @@\n+a\n-b', 'keyword:@@ -1 @@', 'string:+a', 'number:-b'],
  ['', 'let x = 1'],
  ['klingon', 'let x = 1'],
] as const) {
  test(`knows ${language || 'nothing'} by ${JSON.stringify(text)}`, () => {
    expect(found(language, text)).toEqual(tokens)
  })
}

test('whatever it reads, tokens stand in order within the text', () => {
  const pieces = ['"', "'", '`', '\\', '/*', '*/', '//', '#', '--', '<!--', '-->', '<a', '=', ':', '- ', '\n', ' ', 'let', 'x', '1.', '{', ';', '@', '"""', '\u{1f600}', '']
  let seed = 7
  const next = (count: number): number => (seed = (seed * 48271) % 2147483647) % count
  for (const language of ['js', 'rust', 'c', 'python', 'sh', 'ruby', 'sql', 'json', 'yaml', 'toml', 'html', 'css', 'dockerfile', 'diff']) {
    const texts = [...pieces.map((piece) => piece.repeat(20_000 / Math.max(1, piece.length))), ...Array.from({ length: 200 }, () => Array.from({ length: 40 }, () => pieces[next(pieces.length)]).join(''))]
    for (const text of texts) {
      let before = 0
      const wrong = tokensOf(language, text).filter(({ start, end }) => {
        const isWrong = start < before || end <= start || end > text.length
        before = end
        return isWrong
      })
      expect(wrong, `${language} ${JSON.stringify(text.slice(0, 200))}`).toEqual([])
    }
  }
})
