/** What the widget says of itself when somebody asks why. */
import { REACT_QUESTION, expect, test } from './fixtures'

test('diagnose names the socket as the platform does, and measures how long connecting took', async ({ page, widget, server }) => {
  await page.goto('/')
  await widget.openLive()
  const established = (await server.log()).flatMap((entry) =>
    entry.kind === 'socket' && entry.event === 'frame_out' && entry.text.includes('connection_established') ? [JSON.parse(entry.text)] : [],
  )
  const [socket] = [...(await server.sockets()).values()]
  expect(socket?.[0]).toMatchObject({ event: 'open', query: expect.not.stringContaining('client_id') })
  const report = await page.evaluate(() => window.MIPTechChat?.get()?.diagnose())
  expect(report).toMatchObject({ profile: 'two-step', clientId: established[0].data.client_id, capabilities: expect.arrayContaining(['history']) })
  const check = (id: string) => report?.checks.find((check) => check.id === id)
  expect(check('socket')).toMatchObject({ state: 'pass', evidence: expect.stringMatching(/^open after \d+ ms$/) })
  expect(check('join')).toMatchObject({ state: 'pass', evidence: expect.stringMatching(/^joined after \d+ ms$/) })
  expect(check('cors')).toMatchObject({ evidence: expect.stringContaining(server.origin) })
})

test('another tenant error blocks with a general sentence, and diagnose keeps its cause without markup or secrets', async ({ page, widget, server }) => {
  const cause = 'Tenant suspended <b>since</b> May'
  await server.breaks({ on: 'POST /api/v1/chat', status: 403, body: { detail: cause } })
  await page.goto('/')
  await widget.open()
  const notice = widget.host.locator('[part=notice]')
  await expect(notice).toContainText('This chat may not be used here.')
  await expect(notice).toHaveAttribute('data-kind', 'blocked')
  await expect(notice.locator('b')).toHaveCount(0)
  const report = await page.evaluate(() => window.MIPTechChat?.get()?.diagnose())
  expect(report?.checks.find((check) => check.id === 'tenant')).toMatchObject({
    state: 'fail',
    finding: 'denied',
    evidence: expect.stringMatching(/^tenant\/denied at create 403, request [\w-]+: /),
  })
  expect(report?.checks.find((check) => check.id === 'tenant')?.evidence, 'text stays text').toContain(cause)
  expect(report?.checks.find((check) => check.id === 'join')).toMatchObject({ state: 'skipped', consequenceOf: 'tenant' })
})

test('debug says codes and states with the origin of the page; without it the console stays empty', async ({ page, widget, server }) => {
  const lines: string[] = []
  page.on('console', (line) => lines.push(line.text()))
  await server.breaks({ on: 'POST /api/v1/chat', status: 500, body: { detail: 'no' }, times: 1 })
  await page.goto(await server.barePage())
  await widget.mount({ debug: true, apiUrl: server.origin })
  await widget.openLive()
  await widget.ask(REACT_QUESTION)
  await widget.expectStatus(widget.lastAnswer(), 'complete')
  const ours = lines.filter((line) => line.startsWith('miptech-chat:'))
  expect(ours).toEqual(expect.arrayContaining(['miptech-chat: starting', `miptech-chat: platform/error on ${server.origin}`, 'miptech-chat: live']))
  expect(ours.join('\n')).not.toContain(REACT_QUESTION)
  lines.length = 0
  await page.goto('/')
  await widget.openLive()
  expect(lines.filter((line) => line.startsWith('miptech-chat:'))).toEqual([])
})
