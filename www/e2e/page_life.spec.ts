/** Pages that are hidden, stand still, are left and come back: no socket without a reader, and nothing lost. */
import { CSP_QUESTION, REACT_QUESTION } from './fixtures'
import { expect, lifeOf, test } from './ordinary'
import type { ReferenceServer } from './server'

test.describe.configure({ timeout: 90_000 })

/** The sockets the server has open. */
async function openSockets(server: ReferenceServer): Promise<number> {
  const sockets = [...(await server.sockets()).values()]
  return sockets.filter((entries) => !entries.some(({ event }) => event === 'close')).length
}

test('a hidden tab opens nothing until it is seen', async ({ browserOfPeople, server }) => {
  const widget = await browserOfPeople.open(server.origin)
  await widget.launcher.hover()
  await expect(widget.launcher).toHaveAttribute('aria-controls', 'panel')
  const other = await browserOfPeople.open('about:blank')
  expect(await widget.page.evaluate(() => document.visibilityState)).toBe('hidden')
  await widget.on((handle) => handle.open())
  await widget.on((handle) => void handle.send('Which options does mount take?'))
  await widget.expectConnection('paused')
  expect(await server.callNames()).toEqual([])
  expect((await server.sockets()).size).toBe(0)
  await other.page.close()
  await widget.page.bringToFront()
  await widget.expectConnection('live')
  await widget.expectStatus(widget.questions.first(), 'sent')
})

test('a hidden tab lets its socket go after five minutes, and is live again when it is seen', async ({ browserOfPeople, server }) => {
  const widget = await browserOfPeople.open('about:blank')
  await widget.page.clock.install()
  await widget.page.goto(server.origin)
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  const other = await browserOfPeople.open('about:blank')
  await widget.page.clock.fastForward('04:00')
  expect(await openSockets(server)).toBe(1)
  await widget.page.clock.fastForward('01:30')
  await expect.poll(() => openSockets(server)).toBe(0)
  await widget.expectConnection('paused')
  await widget.page.clock.fastForward('30:00')
  expect((await server.sockets()).size).toBe(1)
  await other.page.close()
  await widget.page.bringToFront()
  await expect
    .poll(async () => {
      await widget.page.clock.fastForward('00:01')
      return (await widget.state()).connection.state
    })
    .toBe('live')
  await widget.askAndWait(CSP_QUESTION)
  await expect(widget.messages).toHaveCount(4)
})

test.describe('in mid-answer', () => {
  test.use({ serverFlags: ['--chunk-ms', '20'] })

  test('a page that stood still has the whole answer when it goes on', async ({ browserOfPeople, server }) => {
    const widget = await browserOfPeople.open(server.origin)
    await widget.openLive()
    await widget.ask(REACT_QUESTION)
    await widget.expectStatus(widget.lastAnswer(), 'streaming')
    const life = await lifeOf(widget.page)
    await life.freeze()
    const chat = (): Promise<string[]> => storedAnswers(server)
    await expect.poll(async () => (await chat()).length, { timeout: 60_000 }).toBe(1)
    await server.breaks({ on: 'socket', now: true, close: { code: 1001, reason: 'deploy' } })
    await life.resume()
    // The browser hid what it froze; like a visitor, it shows a page again when somebody turns to it.
    const other = await browserOfPeople.open('about:blank')
    await other.page.close()
    await widget.page.bringToFront()
    await widget.expectConnection('live', 30_000)
    await widget.expectStatus(widget.lastAnswer(), 'complete', 30_000)
    expect((await widget.transcript()).filter(({ author }) => author === 'ai').map(({ text }) => text)).toEqual(await chat())
  })
})

test('a page that is left for another is kept, holds no socket, and is live when the visitor comes back', async ({ browserOfPeople, server }) => {
  const widget = await browserOfPeople.open(server.origin)
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await widget.page.evaluate(() => Object.assign(window, { isSamePage: true }))
  await server.addPage('elsewhere.html', '<!doctype html><title>elsewhere</title><link rel="icon" href="data:,">')
  await widget.page.goto(`${server.origin}/elsewhere.html`)
  await expect.poll(() => openSockets(server)).toBe(0)
  // A page that is restored loads nothing, and a `goBack` of Playwright waits for that.
  await widget.page.evaluate(() => history.back())
  await widget.page.waitForURL(`${server.origin}/`, { waitUntil: 'commit' })
  // Restored as it was, not loaded anew.
  expect(await widget.page.evaluate(() => (window as unknown as { isSamePage?: boolean }).isSamePage)).toBe(true)
  await widget.expectConnection('live')
  await expect(widget.messages).toHaveCount(2)
  await widget.askAndWait(CSP_QUESTION)
  expect(await openSockets(server)).toBe(1)
})

test('a closed panel lets its socket go, and an opened one has it back', async ({ browserOfPeople, server }) => {
  const widget = await browserOfPeople.open(server.origin)
  await widget.openLive()
  await widget.on((handle) => handle.close())
  await expect.poll(() => openSockets(server)).toBe(0)
  await widget.on((handle) => handle.open())
  await widget.expectConnection('live')
  expect(await openSockets(server)).toBe(1)
})

/** The answers the platform has finished, of all chats. */
async function storedAnswers(server: ReferenceServer): Promise<string[]> {
  const frames = (await server.framesIn()).find(({ frame }) => frame.type === 'join_chat')
  const chat = frames?.frame.data?.['chat_id']
  if (typeof chat !== 'string') return []
  return (await server.messages(chat)).filter(({ role }) => role === 'assistant').map(({ content }) => content)
}
