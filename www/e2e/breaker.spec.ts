/** Where nothing works for one page, the others of the browser leave the platform alone (`faults.md` section 6.2). */
import { REACT_QUESTION, expect, test } from './fixtures'
import { Widget } from './widget'

test('a page that is opened while nothing works for another waits, says so, and tries as soon as it is asked to', async ({ page, context, widget, server }) => {
  test.setTimeout(150_000)
  const otherPage = await context.newPage()
  await otherPage.goto('/')
  const other = new Widget(otherPage)
  // Its code is there before the server is gone.
  await other.launcher.hover()
  await expect(other.launcher).toHaveAttribute('aria-controls', 'panel')

  await page.goto('/')
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await server.stop('SIGKILL')
  const hasTold = () => otherPage.evaluate(() => Object.keys(localStorage).some((key) => key.endsWith(':failing')))
  await expect.poll(hasTold, { timeout: 90_000 }).toBe(true)

  const tries: string[] = []
  otherPage.on('request', (request) => tries.push(request.url()))
  otherPage.on('websocket', (socket) => tries.push(socket.url()))
  await other.open()
  await expect(other.retryNow).toBeVisible()
  expect((await other.state()).connection.state).toBe('waiting')
  expect(tries).toEqual([])

  await server.restart()
  await other.retryNow.click()
  await other.expectConnection('live')
  await widget.expectConnection('live', 40_000)
  expect(await other.drawn()).toEqual(await widget.drawn())
})
