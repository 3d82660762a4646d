/** Every method is legal in every state: queued, merged or a quiet no-op; none throws, no promise rejects. */
import type { ChatHandle, ChatOptions } from '@miptech/chat'
import { REACT_QUESTION, expect, test } from './fixtures'
import { goToModulePage } from './pages'

/** Calls every method with sound and with unsound arguments. What came of it: nothing thrown, and every promise settled. */
async function callEverything(handle: ChatHandle): Promise<string[]> {
  const faults: string[] = []
  const promises: [string, Promise<unknown>][] = []
  const methods = Object.entries(handle).filter((entry): entry is [string, (...args: unknown[]) => unknown] => typeof entry[1] === 'function')
  for (const [name, call] of methods) {
    if (/^(destroy|unmount|on|once|off|subscribe|eraseConversation|hide)$/.test(name)) continue
    for (const args of [[], [42, 42], [null, null], [{}, {}], ['text', 'text']]) {
      try {
        const answer = call(...args)
        if (answer instanceof Promise) promises.push([name, answer])
      } catch (cause) {
        faults.push(`${name} threw ${cause}`)
      }
    }
  }
  for (const [name, promise] of promises) await promise.catch((cause) => faults.push(`${name} rejected: ${cause}`))
  return [`${methods.length > 30}`, ...faults]
}

const everything = `(${callEverything})`

test('before the code was fetched, while it runs, and after destroy', async ({ page, widget, server, complaints }) => {
  await goToModulePage(page, server)
  const before = await page.evaluate(async ([apiUrl, call]) => {
    window.handle = window.mount({ apiUrl: apiUrl as string })
    return (0, eval)(call as string)(window.handle)
  }, [server.origin, everything])
  expect(before).toEqual(['true'])
  await expect(widget.launcher).toHaveAttribute('aria-controls', 'panel')
  expect(await page.evaluate((call) => (0, eval)(call)(window.handle), everything)).toEqual(['true'])
  await page.evaluate(() => window.handle?.destroy())
  expect(await page.evaluate((call) => (0, eval)(call)(window.handle), everything)).toEqual(['true'])
  // Wrong options are named, and a sign-in that nobody has is refused.
  expect(complaints.filter((line) => !/config\/invalid|status of 40\d/.test(line))).toEqual([])
})

test('on a server every method is a no-op', async ({ page, server }) => {
  await goToModulePage(page, server)
  const answers = await page.evaluate(async () => {
    const source = `import { mount } from '${new URL('/dist/index.js', location.href).href}'
      const handle = mount({ apiUrl: 'https://api.example', open: true })
      handle.open(); handle.close(); handle.update({ title: 'x' }); handle.show(); handle.on('ready', () => 0)()
      handle.send('x').then((sent) => postMessage([sent.ok, handle.element, handle.isOpen(), handle.getMessages().length]))`
    const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })), { type: 'module' })
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data)
      worker.onerror = (event) => reject(new Error(event.message))
    })
  })
  expect(answers).toEqual([false, null, false, 0])
})

test('update merges, and counts at once around a text that is being typed', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  await page.evaluate((apiUrl) => {
    window.handle = window.mount({ apiUrl, open: true, title: 'First' })
  }, server.origin)
  await widget.expectConnection('live')
  await widget.askAndWait(REACT_QUESTION)
  await widget.input.fill('half')
  await widget.input.press('ArrowLeft')
  const field = await widget.input.elementHandle()
  await page.evaluate(() => window.handle?.update({ title: 'Second', position: 'top-left', limits: { messageChars: 7 }, offset: { x: 40 } }))
  await expect(page.getByRole('dialog', { name: 'Second', exact: true })).toBeVisible()
  await page.evaluate(() => window.handle?.setLocale('it'))
  await expect(widget.launcher).toHaveAccessibleName('Chiudi la chat')
  await expect(page.getByRole('dialog', { name: 'Second', exact: true })).toBeVisible()
  await expect(widget.messages).toHaveCount(2)
  await expect(widget.input).toHaveValue('half')
  await expect(widget.input).toBeFocused()
  expect(await widget.input.evaluate((now, before) => [now === before, (now as HTMLTextAreaElement).selectionStart], field)).toEqual([true, 3])
  expect(await widget.host.evaluate((host) => host.getBoundingClientRect().left)).toBe(40)
  await widget.input.fill('too long')
  await widget.input.press('Enter')
  await expect(widget.part('composer').getByRole('alert')).toBeVisible()
  // Earlier views hear nothing any more: one press sends one message.
  await widget.input.fill('once')
  await widget.input.press('Enter')
  await expect(widget.question('once')).toHaveCount(1)

  const told = await page.evaluate(() => new Promise((resolve) => {
    window.handle?.once('error', resolve)
    window.handle?.update({ title: 7 } as unknown as ChatOptions)
  }))
  expect(told).toMatchObject({ code: 'config/invalid', help: expect.stringMatching(/string.*title.*number/) })
  await expect(page.getByRole('dialog', { name: 'Second', exact: true })).toBeVisible()
})

test('show and hide take the widget off the screen and back', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  await page.evaluate((apiUrl) => (window.handle = window.mount({ apiUrl })).hide(), server.origin)
  await expect(widget.launcher).toBeHidden()
  await page.evaluate(() => window.handle?.show())
  await expect(widget.launcher).toBeVisible()
  await widget.openLive()
  await page.evaluate(() => window.handle?.hide())
  await expect(widget.panel).toBeHidden()
  expect((await widget.state()).connection.state).toBe('live')
  await page.evaluate(() => window.handle?.show())
  await expect(widget.panel).toBeVisible()
})

test('an answer is told from its beginning to its end, its text to listeners alone', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  const told = await page.evaluate(async ([apiUrl, question]) => {
    const seen: Record<string, unknown[]> = { start: [], delta: [], end: [], dom: [] }
    const handle = (window.handle = window.mount({ apiUrl: apiUrl as string, open: true }))
    document.addEventListener('miptech-chat:response:delta', () => seen['dom']?.push(1))
    const ended = (): Promise<unknown> => new Promise((resolve) => handle.once('response:end', resolve))
    handle.on('response:start', (detail) => seen['start']?.push(detail))
    let end = ended()
    void handle.send(question as string)
    seen['end']?.push(await end)
    const silent = seen['dom']?.length
    const off = handle.on('response:delta', ({ text }) => seen['delta']?.push(text))
    end = ended()
    void handle.send(question as string)
    seen['end']?.push(await end)
    off()
    const answer = handle.getMessages().at(-1)?.text
    return { ...seen, silent, isWhole: seen['delta']?.join('') === answer }
  }, [server.origin, REACT_QUESTION])
  const end = { id: expect.any(String), reason: 'complete', ms: expect.any(Number), firstTokenMs: expect.any(Number) }
  expect(told).toMatchObject({ silent: 0, isWhole: true, start: [{ id: expect.any(String) }, { id: expect.any(String) }], end: [end, end] })
  await expect(widget.answers).toHaveCount(2)
})

test('regenerate asks the last question again, and export and erase do what they say', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  await page.evaluate((apiUrl) => (window.handle = window.mount({ apiUrl, open: true })), server.origin)
  await widget.expectConnection('live')
  await widget.askAndWait(REACT_QUESTION)
  await page.evaluate(() => window.handle?.regenerate())
  await expect(widget.question(REACT_QUESTION)).toHaveCount(2)
  await expect(widget.answers).toHaveCount(2)
  await widget.expectStatus(widget.lastAnswer(), 'complete')

  const files = await page.evaluate(async () => {
    const json = await window.handle?.exportConversation()
    const markdown = await window.handle?.exportConversation('markdown')
    return [json?.type, JSON.parse((await json?.text()) ?? '{}').messages.length, markdown?.type, await markdown?.text()]
  })
  expect(files).toEqual(['application/json', 4, 'text/markdown', expect.stringContaining(REACT_QUESTION)])

  const chatId = (await widget.state()).chatId
  await page.evaluate(() => window.handle?.eraseConversation())
  await expect(widget.messages).toHaveCount(0)
  await expect.poll(async () => (await server.log()).some((entry) => entry.kind === 'http' && entry.method === 'DELETE' && entry.path_and_query.endsWith(`/chat/${chatId}`) && (entry.status ?? 500) < 300)).toBe(true)
  await widget.expectConnection('live')
  expect((await widget.state()).chatId).not.toBe(chatId)
  expect(await page.evaluate(() => Object.values({ ...localStorage }).join())).not.toContain(REACT_QUESTION)
})

test('with consent by the host nothing is stored until it is given, and nothing is left when it is taken back', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  await page.evaluate((apiUrl) => {
    window.heard = []
    window.handle = window.mount({ apiUrl, open: true, consent: 'host', on: { 'consent:change': ({ granted }) => window.heard.push(`${granted}`) } })
  }, server.origin)
  await widget.expectConnection('live')
  await widget.askAndWait(REACT_QUESTION)
  const keys = (): Promise<string[]> => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('miptech')).sort())
  expect(await keys()).toEqual([])
  await page.evaluate(() => window.handle?.setConsent(true))
  expect(await keys()).toContain('miptech_session_id')
  await page.evaluate(() => window.handle?.setConsent(false))
  expect(await keys()).toEqual([])
  await widget.askAndWait('What happens when the connection drops?')
  expect(await keys()).toEqual([])
  await expect.poll(() => page.evaluate(() => window.heard)).toEqual(['true', 'false'])
})

test('open: restore opens where the visitor left it open', async ({ page, widget, server }) => {
  const mount = async (): Promise<void> => {
    await goToModulePage(page, server)
    await page.evaluate((apiUrl) => (window.handle = window.mount({ apiUrl, open: 'restore' })), server.origin)
  }
  await mount()
  await expect(widget.panel).toBeHidden()
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await widget.part('close').click()
  await widget.launcher.click()
  await mount()
  await expect(widget.panel).toBeVisible()
  await expect(widget.messages).toHaveCount(2)
  await widget.part('close').click()
  await expect(widget.panel).toBeHidden()
  await mount()
  await expect(widget.launcher).toBeVisible()
  await expect(widget.panel).toBeHidden()
})

test('inline it stands in its target and needs no launcher; a launcher of the page opens a floating one', async ({ page, widget, server }) => {
  await goToModulePage(page, server)
  await page.evaluate((apiUrl) => {
    document.body.insertAdjacentHTML('beforeend', '<div id="chat" style="width:300px;height:500px"></div><button id="ask">Ask</button>')
    window.mount({ apiUrl, id: 'inline', target: '#chat', open: true })
    window.handle = window.mount({ apiUrl, launcher: '#ask' })
  }, server.origin)
  const inline = page.locator('[data-miptech-chat=inline]')
  await expect(inline.locator('[part=announcer]')).toHaveCount(1)
  await expect.poll(() => inline.locator('[part=panel]').boundingBox()).toMatchObject({ width: 300, height: 500 })
  await expect(inline.locator('[part=launcher]')).toBeHidden()
  await expect(widget.launcher).toBeHidden()
  await page.getByRole('button', { name: 'Ask', exact: true }).click()
  await expect(widget.panel).toBeVisible()
  await widget.expectConnection('live')
  await page.getByRole('button', { name: 'Ask', exact: true }).click()
  await expect(widget.panel).toBeHidden()
})
