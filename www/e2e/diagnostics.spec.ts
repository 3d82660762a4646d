/** The view that a page with `debug: true` has for its own people: the checks, the report to copy, what changed last. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from '@playwright/test'
import { Widget } from './widget'
import { examined, faultsOf } from './axe'
import { REACT_QUESTION, WASM_PARTS, expect, test } from './fixtures'
import { goToPage, tag } from './pages'
import { WWW } from './server'

/** The file of a trace: what the page saw change, and what its session was told, a line each. */
interface Trace {
  version: string
  changes: { what: string; times: number }[]
  lines: string[][]
}

/** Opens the view from the menu, and waits for its report. */
async function openView(widget: Widget): Promise<void> {
  await widget.part('menu').click()
  await widget.panel.getByRole('menuitem', { name: 'Diagnostics', exact: true }).click()
  await expect(view(widget)).toHaveAttribute('aria-busy', 'false')
}

const view = (widget: Widget) => widget.panel.getByRole('region', { name: 'Diagnostics', exact: true })

const check = (widget: Widget, id: string) => view(widget).locator(`[data-check="${id}"]`)

/** What the report looks like once it is copied. */
async function copiedReport(page: Page, widget: Widget): Promise<string> {
  await view(widget).getByRole('button', { name: 'Copy report' }).click()
  await expect(view(widget).getByRole('button', { name: 'Copied', exact: true })).toBeVisible()
  return page.evaluate(() => navigator.clipboard.readText())
}

test('without debug there is no such view, and nothing of it is fetched', async ({ page, widget, server }) => {
  const fetched: string[] = []
  page.on('request', (request) => fetched.push(request.url()))
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await widget.part('menu').click()
  await expect(widget.panel.getByRole('menuitem', { name: 'New conversation', exact: true })).toBeVisible()
  await expect(widget.panel.getByRole('menuitem', { name: 'Diagnostics', exact: true })).toHaveCount(0)
  expect(fetched.filter((url) => /doctor/.test(url))).toEqual([])
})

test('it shows every check, what changed last, and gives the panel back', async ({ page, context, widget, server }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await goToPage(page, server, tag(server.origin, 'data-debug="true"'))
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await openView(widget)
  await expect(view(widget)).toContainText(/Nothing failed: (19|20) of 21 checks passed\./)
  await expect(check(widget, 'join')).toHaveAttribute('data-state', 'pass')
  await expect(view(widget).getByRole('button', { name: 'Close diagnostics', exact: true })).toBeFocused()
  // What lies beneath is out of reach.
  await widget.input.evaluate((input) => input.focus())
  await expect(view(widget).getByRole('button', { name: 'Close diagnostics', exact: true })).toBeFocused()
  const changes = view(widget).locator('.diagnostics-changes li')
  for (const words of ['connection live', '→ join_chat', '← chat_joined', '→ chat_message', 'message sent', 'answer complete']) {
    await expect(changes.filter({ hasText: words }).first(), words).toBeVisible()
  }
  await expect(changes.filter({ hasText: /← response_chunk ×\d+/ }).first(), 'what repeats stands in one line').toBeVisible()

  const text = await copiedReport(page, widget)
  const report = JSON.parse(text) as { chatId: string; changes: unknown[]; checks: unknown[] }
  const chatId = await widget.chatId()
  expect(report.chatId).toBe(`${chatId?.slice(0, 4)}…`)
  expect(report.checks).toHaveLength(21)
  expect(report.changes.length).toBeGreaterThan(5)
  expect(text).not.toContain(REACT_QUESTION)
  expect(text).not.toContain(chatId!)

  await page.keyboard.press('Escape')
  await expect(view(widget)).toHaveCount(0)
  await expect(widget.panel).toBeVisible()
  await expect(widget.part('menu')).toBeFocused()
  await widget.askAndWait('And again?')
})

test('it names what is wrong in words, and looks again when asked', async ({ page, widget, server }) => {
  await server.breaks({ on: 'POST /api/v1/chat', status: 403, body: { detail: 'Tenant access denied' } })
  await goToPage(page, server, tag(server.origin, 'data-debug="true"'))
  await widget.open()
  await widget.expectNotice('tenant/denied')
  await openView(widget)
  await expect(view(widget)).toContainText('What is wrong: The tenant.')
  await expect(check(widget, 'tenant')).toHaveAttribute('data-state', 'fail')
  await expect(view(widget).locator('[data-check]').first(), 'what is wrong comes first').toHaveAttribute('data-check', 'tenant')
  await expect(check(widget, 'tenant')).toContainText("Add the page's origin to the tenant's own list")
  await expect(check(widget, 'join')).toContainText('because of: The tenant')
  await expect(widget.part('announcer'), 'it is heard, too').toContainText('What is wrong: The tenant.')
  await server.heals()
  await view(widget).getByRole('button', { name: 'Close diagnostics', exact: true }).click()
  await widget.notice.getByRole('button').first().click()
  await widget.expectConnection('live')
  await openView(widget)
  await expect(view(widget)).toContainText('Nothing failed')
  await server.breaks({ on: 'GET /api/v1/health', status: 500 }, { on: 'GET /healthz', status: 500 }, { on: 'GET /readyz', status: 500 })
  await view(widget).getByRole('button', { name: 'Run again', exact: true }).click()
  await expect(view(widget)).toContainText('What is wrong: Health and readiness.')
})

test('what it exports, told to another session, changes the same again, and says nothing of anybody', async ({ page, widget, server }) => {
  const wasm: string[] = []
  page.on('response', (response) => void (response.url().endsWith('.wasm') && wasm.push(response.url())))
  await goToPage(page, server, tag(server.origin, 'data-debug="true"'))
  await widget.openLive()
  expect(wasm).toHaveLength(WASM_PARTS + 1)
  await widget.askAndWait(REACT_QUESTION)
  await server.stop('SIGKILL')
  await widget.expectConnection('reconnecting')
  await server.restart()
  await widget.expectConnection('live')
  await widget.askAndWait('And in a plain page?')
  await openView(widget)
  const download = page.waitForEvent('download')
  await view(widget).getByRole('button', { name: 'Export trace', exact: true }).click()
  const file = await download
  expect(file.suggestedFilename()).toMatch(/^chat-trace-\d{4}-\d\d-\d\d\.json$/)
  const text = await readFile(await file.path(), 'utf8')
  const { version, changes, lines } = JSON.parse(text) as Trace
  expect(version).toMatch(/^\d+\.\d+\.\d+/)
  expect(lines.map(([, , name]) => name)).toEqual(expect.arrayContaining(['begin', 'start', 'http', 'socket', 'send', 'timeout']))
  // Neither the words nor their letters: what stands for a text has its shape only.
  for (const said of [REACT_QUESTION, 'plain page', 'React', 'npm', 'mount', (await widget.chatId())!]) expect(text).not.toContain(said)

  const program = process.env['REPLAY'] ?? join(WWW, '../target/simulation/replay')
  const { stdout } = await promisify(execFile)(program, [await file.path()])
  // What both sides tell of, in the words of both; the page counts what comes again in a row.
  const told = (line: string): string[] => /connection [a-z-]+|error \S+|conversation begun|(?:answer|message is) complete/i.exec(line.trim()) ?? []
  const turns = (lines: string[]): string[] => lines.flatMap(told).map((line) => line.replace('message is Complete', 'answer complete'))
  const seen = changes.flatMap(({ what, times }) => Array.from({ length: times }, () => what))
  expect(turns(seen)).toEqual(expect.arrayContaining(['connection reconnecting', 'error socket/dropped', 'answer complete']))
  expect(turns(stdout.split('\n'))).toEqual(turns(seen))
})

test('a part that cannot be had holds up no second widget either', async ({ page, widget, server }) => {
  await page.route(/\/miptech-chat-answers-\w+\.wasm$/, (route) => route.abort())
  await goToPage(page, server, tag(server.origin, 'data-id="plain" data-position="top-left"'))
  await new Widget(page, 'plain').openLive()
  await page.evaluate((apiUrl) => void window.MIPTechChat!.mount({ apiUrl, debug: true }), server.origin)
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
})

test.describe('beside a widget of another tenant', () => {
  test.use({ serverFlags: ['--tenant', 'shop'] })

  test('it tells of its own chat alone', async ({ page, widget, server }) => {
    await goToPage(page, server, tag(server.origin, 'data-debug="true"'))
    const plain = new Widget(page, 'plain')
    await plain.mount({ apiUrl: server.origin, id: 'plain', position: 'top-left', size: 'compact', tenantId: 'shop' })
    await widget.openLive()
    await plain.openLive()
    await plain.askAndWait(REACT_QUESTION)
    await openView(widget)
    const changes = view(widget).locator('.diagnostics-changes')
    await expect(changes.getByText('← chat_joined', { exact: false })).toHaveCount(1)
    await expect(changes.getByText('→ join_chat', { exact: false })).toHaveCount(1)
    await expect(changes.getByText('chat_message', { exact: false })).toHaveCount(0)
  })
})

for (const missing of ['trace', 'answers']) {
  test(`where the part ${missing} cannot be had, the chat goes on without a trace`, async ({ page, widget, server }) => {
    await page.route(new RegExp(`/miptech-chat-${missing}-\\w+\\.wasm$`), (route) => route.abort())
    await goToPage(page, server, tag(server.origin, 'data-debug="true"'))
    await widget.openLive()
    await widget.askAndWait(REACT_QUESTION)
    // It comes with the last part that a visitor has something of.
    if (missing === 'answers') return
    await openView(widget)
    await expect(view(widget).getByRole('button', { name: 'Copy report' })).toBeVisible()
    await expect(view(widget).getByRole('button', { name: 'Export trace' })).toHaveCount(0)
  })
}

test('the last 200 changes are kept, and no more', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin, 'data-debug="true"'))
  await widget.openLive()
  await page.evaluate(() => {
    const handle = window.MIPTechChat!.get()!
    for (let turn = 0; turn < 150; turn++) {
      handle.close()
      handle.open()
    }
  })
  await openView(widget)
  await expect(view(widget).locator('.diagnostics-changes li')).toHaveCount(200)
})

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in it, ${scheme}`, async ({ page, widget, server }) => {
    await page.emulateMedia({ colorScheme: scheme })
    await server.breaks({ on: 'GET /api/v1/health', status: 500 }, { on: 'GET /healthz', status: 500 }, { on: 'GET /readyz', status: 500 })
    await goToPage(page, server, tag(server.origin, 'data-debug="true"'))
    await widget.openLive()
    await openView(widget)
    expect(faultsOf(await examined(widget))).toEqual([])
  })
}
