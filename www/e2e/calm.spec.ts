/** What is not worth a word is not spoken of, and what moves moves for a moment. */
import type { WebSocketRoute } from '@playwright/test'
import { REACT_QUESTION, expect, test } from './fixtures'
import { goToPage, tag } from './pages'

test('a drop is not spoken of in its first half second', async ({ page, widget, server }) => {
  const sockets: WebSocketRoute[] = []
  await page.routeWebSocket(/^ws:/, (socket) => {
    sockets.push(socket)
    // Nobody answers the ones that come after it.
    if (sockets.length === 1) socket.connectToServer()
  })
  await page.clock.install()
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await expect(widget.part('menu')).toBeVisible()
  const status = widget.part('status')
  const idle = await status.innerText()
  await page.clock.pauseAt(Date.now() + 60_000)
  await sockets[0]?.close({ code: 1012, reason: 'restart' })
  await widget.expectConnection('reconnecting')
  await page.clock.runFor(400)
  await expect(status).toHaveText(idle)
  await page.clock.runFor(200)
  await expect(status).toHaveText('Reconnecting…')
})

test('what is said arrives in 140 ms, and what was there before does not', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await expect(widget.part('menu')).toBeVisible()
  await widget.askAndWait(REACT_QUESTION)
  const arriving = widget.panel.locator('.line.arriving')
  await expect(arriving).toHaveCount(2)
  await expect(arriving.first().locator('[part=message]')).toHaveCSS('animation-duration', '0.14s')
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await expect(arriving.first().locator('[part=message]')).toHaveCSS('animation-duration', '0.001s')
  await page.clock.install({ time: Date.now() + 60_000 })
  await page.reload()
  await widget.openLive()
  await expect(widget.messages).toHaveCount(2)
  await expect(widget.part('menu')).toBeVisible()
  await expect(arriving).toHaveCount(0)
})

test('what arrives rises by six pixels, and the list is no longer for it', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await expect(widget.part('menu')).toBeVisible()
  await widget.askAndWait(REACT_QUESTION)
  const [first, last] = await widget.panel.locator('.line.arriving').last().evaluate((line) => {
    const message = line.querySelector<HTMLElement>('[part=message]')!
    const both = [line as HTMLElement, message]
    // What is over by now begins anew by its name, and is held before a frame goes by.
    const names = both.map((element) => getComputedStyle(element).animationName)
    for (const element of both) element.style.animationName = 'none'
    void message.offsetHeight
    both.forEach((element, at) => (element.style.animationName = names[at]!))
    const animations = both.flatMap((element) => element.getAnimations())
    const seen = (): { top: number; length: number } => ({ top: message.getBoundingClientRect().top, length: line.closest('[part=transcript]')!.scrollHeight })
    for (const animation of animations) {
      animation.pause()
      animation.currentTime = 0
    }
    const first = seen()
    for (const animation of animations) animation.finish()
    return [first, seen()]
  })
  expect(first!.top - last!.top).toBe(6)
  expect(first!.length).toBe(last!.length)
})

test.describe('where the platform asks for patience', () => {
  test.use({ serverFlags: ['--socket-limit', '2'] })

  test('the seconds are counted down', async ({ page, widget, server }) => {
    await goToPage(page, server, tag(server.origin))
    await widget.openLive()
    for (const text of ['one', 'two', 'three']) await widget.ask(text)
    await widget.expectNotice('rate/limited')
    const seconds = async (): Promise<number> => Number(/\d+/.exec(await widget.notice.locator('.countdown').innerText())?.[0])
    const first = await seconds()
    expect(first).toBeGreaterThan(0)
    await expect.poll(seconds).toBeLessThan(first)
  })
})
