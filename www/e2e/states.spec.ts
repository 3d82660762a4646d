/** What is asked of a widget that is not there yet, is not there any more, or was refused; and the order of it all. */
import type { ChatHandle, ChatOptions, ChatState } from '@miptech/chat'
import { REACT_QUESTION, expect, test } from './fixtures'
import { goToModulePage, goToPage, tag } from './pages'

test('no value of an option makes mount throw', async ({ page, server, complaints }) => {
  await goToModulePage(page, server)
  const thrown = await page.evaluate((apiUrl) => {
    const faults: string[] = []
    const odd: unknown[] = [{ target: 5 }, { target: {} }, { launcher: 7 }, { position: null }, { offset: null }, { position: 3 }, { on: 'x' }, { load: 'soon' }, null, undefined]
    odd.forEach((options, index) => {
      try {
        window.mount((options && { apiUrl, id: `odd-${index}`, ...options }) as ChatOptions)
      } catch (cause) {
        faults.push(`${index}: ${cause}`)
      }
    })
    return faults
  }, server.origin)
  expect(thrown).toEqual([])
  expect(complaints.filter((line) => line.startsWith('uncaught'))).toEqual([])
})

test('without a launcher there is none, and open() opens', async ({ page, widget, server, complaints }) => {
  await goToModulePage(page, server)
  await page.evaluate((apiUrl) => (window.handle = window.mount({ apiUrl, launcher: false })), server.origin)
  await expect(widget.launcher).toBeHidden()
  await page.evaluate(() => window.handle?.open())
  await widget.expectConnection('live')
  await expect(widget.panel).toBeVisible()
  await expect(widget.launcher).toBeHidden()
  expect(complaints).toEqual([])
})

test('a wrong word for an option that only the loader reads is reported too', async ({ page, server }) => {
  await goToModulePage(page, server)
  const codes = await page.evaluate(
    (apiUrl) => Promise.all([{ load: 'soon' }, { on: 'x' }].map((odd, index) => new Promise((resolve) => {
      const handle = window.mount({ apiUrl, id: `odd-${index}`, ...odd } as unknown as ChatOptions)
      handle.on('error', ({ code }) => resolve(code))
      handle.open()
    }))),
    server.origin,
  )
  expect(codes).toEqual(['config/invalid', 'config/invalid'])
})

test('who listens and subscribes before the code can run hears why it cannot', async ({ page, widget, server, complaints }) => {
  const policy = `<meta http-equiv="Content-Security-Policy" content="script-src 'self' 'unsafe-inline'; connect-src *">`
  await server.addPage('calm.html', `<!doctype html><html lang="en"><head><title>calm</title><link rel="icon" href="data:,">${policy}</head><body>
    <script>
      heard = []
      window.MIPTechChat = function () { (MIPTechChat.q = MIPTechChat.q || []).push(arguments) }
      MIPTechChat('on', 'error', function () { throw new Error('mine') })
      MIPTechChat('on', 'error', function (error) { heard.push(error.code) })
      MIPTechChat('subscribe', function (state) { heard.push(state.status) })
      MIPTechChat('send', 'error')
    </script>${tag(server.origin)}</body></html>`)
  await page.goto('/calm.html')
  await expect(widget.launcher).toBeVisible()
  await expect.poll(() => page.evaluate(() => window.heard)).toEqual(['load/csp-wasm', 'fallback'])
  expect(complaints.filter((line) => line.startsWith('uncaught'))).toEqual([])
})

test('after destroy nothing is fetched, and nothing is open', async ({ page, server }) => {
  const fetched: string[] = []
  page.on('request', (request) => fetched.push(new URL(request.url()).pathname))
  await goToModulePage(page, server)
  const isOpen = await page.evaluate(async (apiUrl) => {
    const handle = window.mount({ apiUrl, load: 'manual' })
    await handle.destroy()
    handle.open()
    handle.toggle()
    const refused = window.mount({ apiUrl, tenantId: '!', id: 'refused' })
    refused.open()
    await new Promise((resolve) => setTimeout(resolve))
    return [handle.isOpen(), refused.isOpen()]
  }, server.origin)
  expect(isOpen).toEqual([false, false])
  await page.waitForLoadState('networkidle')
  expect(fetched.filter((path) => /miptech-chat-/.test(path))).toEqual([])
})

test('a refused option answers what waits with its reason, and leaves nothing', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  const answers = await page.evaluate(async (apiUrl) => {
    const handle = window.mount({ apiUrl, position: 'middle' } as unknown as ChatOptions)
    return [await handle.send('x'), await handle.getProfile()]
  }, server.origin)
  expect(answers).toMatchObject([{ ok: false, error: { code: 'config/invalid' } }, null])
  await expect(widget.host).toHaveCount(0)
})

test('what was opened is open at once', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  await page.evaluate((apiUrl) => (window.handle = window.mount({ apiUrl, open: true })), server.origin)
  await widget.expectConnection('live')
  const seen = await page.evaluate(() => {
    const handle = window.handle as ChatHandle
    const states: boolean[] = []
    handle.close()
    states.push(handle.isOpen())
    handle.open()
    states.push(handle.isOpen())
    handle.toggle()
    handle.toggle()
    states.push(handle.isOpen())
    return states
  })
  expect(seen).toEqual([false, true, true])
  await expect(widget.panel).toBeVisible()
})

test('facts, a person and a token told before the panel is opened are told to the platform', async ({ page, widget, server }) => {
  const person = await server.registered()
  await goToModulePage(page, server)
  await page.evaluate(([apiUrl, token]) => {
    const handle = (window.handle = window.mount({ apiUrl: apiUrl as string, open: true, title: 'Before' }))
    handle.setContext({ cart: 3 })
    handle.identify({ id: 'u7' })
    handle.setToken(token as string)
    handle.update({ title: 'After' })
    handle.open()
  }, [server.origin, person.access])
  await widget.expectConnection('live')
  await expect(page.getByRole('dialog', { name: 'After', exact: true })).toBeVisible()
  const creations = await server.callsOf('POST /api/v1/chat')
  expect(creations.map(({ body, authorization }) => [JSON.parse(body).context, authorization])).toEqual([[{ cart: 3, user: { id: 'u7' } }, `Bearer ${person.access}`]])
})

test('a hidden widget stays hidden while its options change', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  await page.evaluate((apiUrl) => (window.handle = window.mount({ apiUrl, open: true, theme: { accent: 'red' } })), server.origin)
  await widget.expectConnection('live')
  const accent = (): Promise<string> => widget.host.evaluate((host) => (host as HTMLElement).style.getPropertyValue('--miptech-chat-accent'))
  expect(await accent()).toBe('red')
  await page.evaluate(() => window.handle?.hide())
  await page.evaluate(() => window.handle?.update({ theme: 'dark', position: 'top-left', zIndex: 77 }))
  await expect(widget.host).toHaveAttribute('data-position', 'top-left')
  await expect(widget.panel).toBeHidden()
  expect(await accent()).not.toBe('red')
  await page.evaluate(() => window.handle?.show())
  const at = await widget.host.evaluate((host) => {
    const { zIndex, colorScheme } = getComputedStyle(host)
    const { left, top } = host.getBoundingClientRect()
    return [zIndex, colorScheme, left, top]
  })
  expect(at).toEqual(['77', 'dark', 16, 16])
})

test('the language of the page is followed, and one of your own stays', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  await page.evaluate((apiUrl) => {
    window.handle = window.mount({ apiUrl, open: true })
    window.mount({ apiUrl, id: 'own', locale: 'en', open: true, position: 'bottom-left' })
  }, server.origin)
  await widget.expectConnection('live')
  await expect(widget.launcher).toHaveAccessibleName('Close chat')
  await page.evaluate(() => (document.documentElement.lang = 'it'))
  await expect(widget.launcher).toHaveAccessibleName('Chiudi la chat')
  await expect(page.locator('[data-miptech-chat=own] [part=launcher]')).toHaveAccessibleName('Close chat')
})

test('with consent given again on the next page the conversation comes back', async ({ page, widget, server }) => {
  const mount = async (): Promise<void> => {
    await goToModulePage(page, server)
    await page.evaluate((apiUrl) => {
      window.handle = window.mount({ apiUrl, consent: 'host', open: true, tokenKeys: { access: 'my-access' } })
      window.handle.setConsent(true)
    }, server.origin)
    await widget.expectConnection('live')
  }
  await mount()
  await widget.askAndWait(REACT_QUESTION)
  await expect.poll(() => page.evaluate(() => localStorage.getItem('miptech_chat:miptech-company:transcript'))).toContain('React')
  await mount()
  await expect(widget.question(REACT_QUESTION)).toHaveCount(1)
  expect((await server.calls()).filter(({ method, path_and_query }) => method === 'POST' && path_and_query.endsWith('/chat')).map(({ body }) => JSON.parse(body).session_id)).toHaveLength(2)
  await page.evaluate(() => {
    localStorage.setItem('my-access', 'kept under a name of its own')
    localStorage.setItem('miptech_chat:another-tenant:draft', 'not ours')
    window.handle?.setConsent(false)
  })
  const left = await page.evaluate(() => Object.keys(localStorage))
  expect(left).toEqual(['miptech_chat:another-tenant:draft'])
})

test('a state is a state at any time', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await expect(widget.launcher).toBeVisible()
  const states = await page.evaluate(async () => {
    const handle = window.MIPTechChat!.get() as ChatHandle
    const seen: ChatState[] = [handle.getState()]
    handle.open()
    seen.push(handle.getState())
    await handle.ready
    seen.push(handle.getState())
    await handle.destroy()
    seen.push(handle.getState())
    return seen.map(({ isOpen, connection }) => [isOpen, typeof connection.state])
  })
  expect(states).toEqual([[false, 'string'], [true, 'string'], [true, 'string'], [false, 'string']])
})

test('who presses a suggestion goes on typing, by mouse and by keyboard', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  for (const press of [(): Promise<void> => page.getByRole('button', { name: 'Ask this', exact: true }).click(), (): Promise<void> => page.getByRole('button', { name: 'Ask this', exact: true }).press('Enter')]) {
    await page.evaluate(([apiUrl, text]) => (window.handle = window.mount({ apiUrl: apiUrl as string, open: true, storage: 'memory', suggestions: [{ label: 'Ask this', text: text as string }] })), [server.origin, REACT_QUESTION])
    await widget.expectConnection('live')
    await press()
    await expect(widget.question(REACT_QUESTION)).toHaveCount(1)
    await expect(widget.input).toBeFocused()
    await page.evaluate(() => window.handle?.destroy())
    await expect(widget.host).toHaveCount(0)
  }
})

test.describe('with a finger', () => {
  test.use({ hasTouch: true })

  test('a suggestion calls no keyboard up', async ({ page, widget, server }) => {
    await goToModulePage(page, server)
    await page.evaluate(([apiUrl, text]) => (window.handle = window.mount({ apiUrl: apiUrl as string, open: true, suggestions: [text as string] })), [server.origin, REACT_QUESTION])
    await widget.expectConnection('live')
    await widget.host.evaluate((host) => (host.shadowRoot?.activeElement as HTMLElement | null)?.blur())
    await page.getByRole('button', { name: REACT_QUESTION, exact: true }).tap()
    await widget.expectStatus(widget.lastAnswer(), 'complete')
    await expect(widget.input).not.toBeFocused()
  })
})

test.describe('an answer that takes a while', () => {
  test.use({ serverFlags: ['--chunk-ms', '20'] })

  test('an erased conversation leaves nothing unread', async ({ page, widget, server }) => {
    await goToModulePage(page, server)
    await page.evaluate((apiUrl) => {
      window.heard = []
      window.handle = window.mount({ apiUrl, open: true, on: { 'unread:change': ({ count }) => window.heard.push(`${count}`) } })
    }, server.origin)
    await widget.expectConnection('live')
    await widget.ask(REACT_QUESTION)
    await widget.expectStatus(widget.lastAnswer(), 'streaming')
    await page.evaluate(() => window.handle?.close())
    await expect.poll(() => page.evaluate(() => window.heard)).toEqual(['1'])
    await page.evaluate(() => window.handle?.eraseConversation())
    await expect.poll(() => page.evaluate(() => window.heard)).toEqual(['1', '0'])
    expect((await widget.state()).unread).toBe(0)
  })
})
