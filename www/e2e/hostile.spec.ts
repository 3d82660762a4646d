/** Pages that mean no good to a widget, or do not mean it at all (rows H1 to H17, W1). */
import type { Page } from '@playwright/test'
import { REACT_QUESTION, expect, test } from './fixtures'
import { goToPage, tag } from './pages'
import type { ReferenceServer } from './server'

/** A page with more in its head. */
async function goToHostilePage(page: Page, server: ReferenceServer, head: string, body = tag(server.origin)): Promise<void> {
  await server.addPage('hostile.html', `<!doctype html><html lang="en"><head><title>hostile</title><link rel="icon" href="data:,">${head}</head><body>${body}</body></html>`)
  await page.goto('/hostile.html')
}

const policy = (content: string): string => `<meta http-equiv="Content-Security-Policy" content="${content}">`

test('a strict policy with a nonce and no style-src is kept to, and is the one csp() gives', async ({ page, widget, server, complaints }) => {
  const socket = server.origin.replace('http', 'ws')
  const script = "script-src 'nonce-r4nd0m' 'wasm-unsafe-eval'"
  const connect = `connect-src ${server.origin} ${socket}`
  const tagged = tag(server.origin, 'nonce="r4nd0m"')
  await goToHostilePage(page, server, policy(`default-src 'none'; img-src data:; ${script}; ${connect}; require-trusted-types-for 'script'; trusted-types 'none'`), tagged)
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await expect.poll(() => widget.panel.boundingBox()).toMatchObject({ width: 380, height: 600 })
  const told = await page.evaluate((apiUrl) => window.MIPTechChat?.csp({ apiUrl, nonce: 'r4nd0m' }), server.origin)
  expect(told).toBe(`${script}; ${connect}`)
  expect(complaints).toEqual([])
})

test('a browser that cannot construct sheets is let in by the nonce of the tag', async ({ page, widget, server, complaints }) => {
  await page.addInitScript(() => {
    window.CSSStyleSheet = class {
      constructor() {
        throw new TypeError('Illegal constructor')
      }
    } as unknown as typeof CSSStyleSheet
  })
  const content = `default-src 'none'; img-src data:; script-src 'nonce-r4nd0m' 'wasm-unsafe-eval'; style-src 'nonce-r4nd0m'; connect-src ${server.origin} ${server.origin.replace('http', 'ws')}`
  await goToHostilePage(page, server, policy(content), tag(server.origin, 'nonce="r4nd0m"'))
  await widget.openLive()
  await expect.poll(() => widget.panel.boundingBox()).toMatchObject({ width: 380, height: 600 })
  await widget.askAndWait(REACT_QUESTION)
  expect(complaints).toEqual([])
})

test('without wasm-unsafe-eval the visitor gets a calm word and the link, and nothing is tried again', async ({ page, widget, server, complaints }) => {
  const wasm: string[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('.wasm')) wasm.push(request.url())
  })
  await goToHostilePage(page, server, policy(`script-src 'self'; connect-src *`), tag(server.origin, 'data-fallback-href="https://shop.example/contact"'))
  await widget.launcher.click()
  await expect(widget.panel.getByText('Chat cannot run on this page')).toBeVisible()
  await expect(widget.panel.getByRole('link')).toHaveAttribute('href', 'https://shop.example/contact')
  await expect(widget.panel.getByRole('button', { name: 'Try again' })).toHaveCount(0)
  expect(await widget.state()).toMatchObject({ status: 'fallback', error: { code: 'load/csp-wasm' } })
  await widget.launcher.click()
  await widget.launcher.click()
  expect(wasm).toHaveLength(1)
  expect(complaints.filter((line) => line.includes('miptech-chat'))).toHaveLength(1)
})

test('a browser without WebAssembly gets the same', async ({ page, widget, server }) => {
  await page.addInitScript(() => void delete (globalThis as { WebAssembly?: unknown }).WebAssembly)
  await goToPage(page, server, tag(server.origin))
  await widget.launcher.click()
  await expect(widget.panel.getByText('Chat cannot run on this page')).toBeVisible()
  expect((await widget.state()).error?.code).toBe('load/no-wasm')
  expect(await widget.on((handle) => handle.send('hello'))).toMatchObject({ ok: false, error: { code: 'load/no-wasm' } })
})

for (const [what, answer, code] of [
  ['missing', { status: 404, body: 'no such file' }, 'load/network'],
  ['cut short', { status: 200, contentType: 'application/wasm', body: Buffer.from([0, 97, 115, 109, 1, 0, 0, 0, 1, 9]) }, 'load/not-wasm'],
  ['a page', { status: 200, contentType: 'text/html', body: '<!doctype html>' }, 'load/not-wasm'],
] as const) {
  test(`a wasm that is ${what} is said in the panel, and Try again tries again`, async ({ page, widget, server }) => {
    await page.route('**/*.wasm', (route) => route.fulfill(answer as Parameters<typeof route.fulfill>[0]))
    await goToPage(page, server, tag(server.origin))
    await widget.launcher.click()
    await expect(widget.panel.getByText('Chat could not be loaded')).toBeVisible()
    expect((await widget.state()).error?.code).toBe(code)
    await page.unroute('**/*.wasm')
    await widget.panel.getByRole('button', { name: 'Try again' }).click()
    await widget.expectConnection('live')
  })
}

test('a wasm of another MIME type is taken by its bytes', async ({ page, widget, server }) => {
  await page.route('**/*.wasm', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, headers: { ...response.headers(), 'content-type': 'text/plain' } })
  })
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
})

test('no sheet of the page reaches the widget: its picture is the one of a plain page', async ({ page, widget, server }) => {
  const picture = async (style: string): Promise<Buffer> => {
    await goToHostilePage(page, server, `<style>body { margin: 0; background: white }</style><style>${style}</style>`)
    await page.addStyleTag({ content: 'html { background: white !important }' })
    await page.evaluate(() => document.documentElement.style.setProperty('scrollbar-gutter', 'auto'))
    await widget.openLive()
    await expect(widget.input).toBeFocused()
    await widget.launcher.blur()
    await page.evaluate(() => Promise.all(document.querySelector('[data-miptech-chat]')?.shadowRoot?.getAnimations().map((animation) => animation.finished) ?? []))
    return widget.panel.screenshot({ animations: 'disabled', caret: 'hide' })
  }
  const plain = await picture('')
  for (const style of [
    'html { display: block !important } * { all: unset !important; display: none !important } div, span { position: fixed; opacity: 0 }',
    'html { font-size: 62.5% } body { line-height: 3; letter-spacing: 1em; visibility: hidden; direction: rtl; text-transform: uppercase }',
  ]) {
    expect((await picture(style)).equals(plain), style).toBe(true)
  }
})

test('a body that holds what is fixed in it does not hold the widget', async ({ page, widget, server }) => {
  await goToHostilePage(page, server, '')
  const plain = await widget.launcher.boundingBox()
  await goToHostilePage(page, server, '<style>body { transform: translateX(99px); filter: blur(2px); contain: strict; overflow: hidden; block-size: 50px }</style>')
  expect(await widget.launcher.boundingBox()).toEqual(plain)
  await widget.openLive()
})

test('patched built-ins and polluted prototypes change nothing', async ({ page, widget, server, complaints }) => {
  await page.addInitScript(() => {
    Object.assign(Object.prototype, { tenantId: 'x', theme: 'dark', position: 'top-left', launcher: false })
    Object.assign(Array.prototype, { toJSON: () => 'patched' })
    Object.assign(String.prototype, { toJSON: () => 'patched' })
    const { fetch, WebSocket, Promise } = window
    window.fetch = (...from) => fetch(...from)
    window.WebSocket = class extends WebSocket {}
    const { then } = Promise.prototype
    Promise.prototype.then = function (...heard) {
      return then.apply(this, heard as never) as never
    }
    for (const name of ['tenantId', 'theme', 'position', 'launcher']) Object.defineProperty(Object.prototype, name, { enumerable: false })
  })
  await goToPage(page, server, tag(server.origin))
  await expect(widget.host).toHaveAttribute('data-position', 'bottom-right')
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  expect(complaints).toEqual([])
})

test('a body that is swapped leaves the conversation where it is', async ({ page, widget, server, complaints }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await page.evaluate(() => {
    const next = document.createElement('body')
    next.textContent = 'the next page'
    document.body.replaceWith(next)
  })
  await expect(widget.panel).toBeVisible()
  await widget.askAndWait('What happens when the connection drops?')
  expect((await server.sockets()).size).toBe(1)
  expect(complaints).toEqual([])
})

test('a page that takes the node away twice has its way, and nothing is left', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await page.evaluate(() => document.querySelector('[data-miptech-chat]')?.remove())
  await expect(widget.panel).toBeVisible()
  await page.evaluate(() => document.querySelector('[data-miptech-chat]')?.remove())
  await expect.poll(() => page.evaluate(() => window.MIPTechChat?.instances.length)).toBe(0)
  await expect(widget.host).toHaveCount(0)
  await expect.poll(async () => (await server.log()).filter((entry) => entry.kind === 'socket' && entry.event === 'close').length).toBe(1)
})

test('text nodes rewritten by a translator in mid-stream do no harm', async ({ page, widget, server, complaints }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await widget.host.evaluate((host) => {
    const root = host.shadowRoot!
    const translate = (): void => {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
      const texts: Text[] = []
      while (walker.nextNode()) texts.push(walker.currentNode as Text)
      for (const text of texts) {
        if (!text.data.trim() || (text.parentNode as Element).localName === 'font') continue
        const font = document.createElement('font')
        font.textContent = text.data.toUpperCase()
        text.replaceWith(font)
      }
      if (root.host.isConnected) requestAnimationFrame(translate)
    }
    translate()
  })
  for (const [index, question] of [REACT_QUESTION, 'What happens when the connection drops?'].entries()) {
    await widget.input.fill(question)
    await widget.input.press('Enter')
    await expect(widget.answers).toHaveCount(index + 1)
    await widget.expectStatus(widget.lastAnswer(), 'complete')
  }
  await expect(widget.messages).toHaveCount(4)
  expect((await widget.transcript())[1]?.text).toContain('React')
  expect(complaints).toEqual([])
})

test('with storage denied the conversation goes on', async ({ page, widget, server }) => {
  await page.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage']) {
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException('denied', 'SecurityError')
        },
      })
    }
  })
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
})

test('two versions on one page: the first one serves, and nobody is hurt', async ({ page, widget, server, complaints }) => {
  await goToPage(page, server, `${tag(server.origin)}<script async src="/dist/loader.js?v=2" data-id="second" data-position="bottom-left" data-api-url="${server.origin}"></script>`)
  await expect.poll(() => page.evaluate(() => window.MIPTechChat?.instances.length)).toBe(2)
  await widget.openLive()
  expect(complaints).toEqual([])
})

test('an idle page with the script tag asks for nothing and stores nothing', async ({ page, widget, server }) => {
  await page.clock.install()
  const paths: string[] = []
  page.on('request', (request) => paths.push(new URL(request.url()).pathname))
  await goToPage(page, server, tag(server.origin))
  await expect(widget.launcher).toBeVisible()
  await page.clock.runFor(60_000)
  expect(paths.filter((path) => !path.startsWith('/door'))).toEqual(['/dist/loader.js'])
  expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0)
})
