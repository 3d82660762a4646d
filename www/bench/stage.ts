/** The three pages that are measured, on one server, and what is common to measuring them. */
import { copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type CDPSession, type Page, test as base } from '@playwright/test'
import { ReferenceServer, TENANT, WWW } from '../e2e/server'
import { Widget } from '../e2e/widget'
import { LAST_WORDS, probe } from './probe'

/** The widget, and the two pages it is compared with. */
export const KINDS = ['widget', 'markdown', 'plain'] as const
export type Kind = (typeof KINDS)[number]

/** A page under measurement. */
export interface Stage {
  page: Page
  devtools: CDPSession
  /** Writes into the page's text field and sends it. */
  ask: (question: string) => Promise<void>
}

/** One server for everything that is measured. */
export const test = base.extend<{ server: ReferenceServer }>({
  server: async ({}, use) => {
    const server = await ReferenceServer.start(['--rest-limit', '1000000:100000', '--socket-limit', '1000000'])
    await addControlPages(server)
    await use(server)
    await server.dispose()
  },
})

/** The control pages, with `marked` beside them. */
async function addControlPages(server: ReferenceServer): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'miptech-bench-'))
  await cp(join(WWW, 'bench/pages'), folder, { recursive: true })
  await copyFile(join(WWW, 'node_modules/marked/lib/marked.esm.js'), join(folder, 'marked.js'))
  await server.addPages(folder)
  await rm(folder, { recursive: true })
}

/** Opens a page of a kind as a visitor who has never been there, connected and with the text field in focus. */
export async function goOnStage(browser: Browser, server: ReferenceServer, kind: Kind): Promise<Stage> {
  const context = await browser.newContext({ baseURL: server.origin })
  const page = await context.newPage()
  await page.addInitScript(probe, LAST_WORDS)
  await page.goto(`/${kind}.html`)
  const devtools = await context.newCDPSession(page)
  const input = kind === 'widget' ? (await openWidget(page, server)).input : page.locator('[data-state=live] textarea')
  await input.focus()
  const ask = async (question: string): Promise<void> => {
    await input.fill(question)
    await input.press('Enter')
  }
  return { page, devtools, ask }
}

/** Mounts the widget on its page, opens it and waits for the connection. */
export async function openWidget(page: Page, server: ReferenceServer): Promise<Widget> {
  const widget = new Widget(page)
  await widget.mount({ apiUrl: server.origin, tenantId: TENANT })
  await widget.openLive()
  return widget
}

/** The middle one of some numbers, or of the two in the middle the larger. */
export function median(numbers: readonly number[]): number {
  return [...numbers].sort((one, other) => one - other)[numbers.length >> 1] ?? 0
}

/** Leaves a result where `cargo xtask bench` reads it. */
export async function leave(name: string, result: unknown): Promise<void> {
  const folder = process.env['BENCH_RESULTS'] ?? join(WWW, '../target/bench')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(result, null, 1)}\n`)
}
