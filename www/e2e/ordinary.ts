/**
 * A browser as people run it. The one Playwright starts says of every page that it is seen and has the focus, and keeps
 * no page for going back to; here one tab hides another, a frozen page stands still, and "back" shows the page it was.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Browser, type BrowserContext, type CDPSession, type Page, chromium } from '@playwright/test'
import { test as base } from './fixtures'
import { Widget } from './widget'

export class OrdinaryBrowser {
  private constructor(
    private readonly process: ChildProcess,
    private readonly profile: string,
    private readonly browser: Browser,
    readonly context: BrowserContext,
  ) {}

  static async start(program: string, flags: readonly string[]): Promise<OrdinaryBrowser> {
    const profile = await mkdtemp(join(tmpdir(), 'miptech-browser-'))
    const own = ['--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, '--window-size=1280,800']
    const process = spawn(program, [...own, ...flags, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] })
    const browser = await chromium.connectOverCDP(await addressOf(process), { noDefaults: true })
    const [context] = browser.contexts()
    if (!context) throw new Error('a browser without a default context')
    return new OrdinaryBrowser(process, profile, browser, context)
  }

  /** A new tab, in front of the others. */
  async open(address: string): Promise<Widget> {
    const page = await this.context.newPage()
    await page.bringToFront()
    await page.goto(address)
    return new Widget(page)
  }

  async dispose(): Promise<void> {
    await this.browser.close()
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const gone = once(this.process, 'exit')
      this.process.kill('SIGKILL')
      await gone
    }
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** The life of a page, as the browser's own tools command it. */
export async function lifeOf(page: Page): Promise<{ freeze(): Promise<void>; resume(): Promise<void> }> {
  const session: CDPSession = await page.context().newCDPSession(page)
  return {
    freeze: async () => void (await session.send('Page.setWebLifecycleState', { state: 'frozen' })),
    resume: async () => void (await session.send('Page.setWebLifecycleState', { state: 'active' })),
  }
}

async function addressOf(process: ChildProcess): Promise<string> {
  if (!process.stderr) throw new Error('a browser without an error stream')
  for await (const line of createInterface({ input: process.stderr })) {
    const address = /^DevTools listening on (\S+)$/.exec(line)?.[1]
    if (address) {
      // Whoever no longer reads a pipe stops the one who writes it.
      process.stderr.resume()
      return address
    }
  }
  throw new Error('the browser ended before it listened')
}

export const test = base.extend<{ browserOfPeople: OrdinaryBrowser }>({
  browserOfPeople: async ({ launchOptions }, use) => {
    const program = launchOptions.executablePath ?? chromium.executablePath()
    const browser = await OrdinaryBrowser.start(program, launchOptions.args ?? [])
    await use(browser)
    await browser.dispose()
  },
})

export { expect } from './fixtures'
