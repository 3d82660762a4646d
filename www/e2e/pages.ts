/** Pages of the tests' own, on the server's origin. */
import type { Page } from '@playwright/test'
import type { ChatHandle, ChatOptions } from '@miptech/chat'
import type { ReferenceServer } from './server'

declare global {
  interface Window {
    /** What the module door gives, and what the pages of these tests keep of it. */
    mount: (options?: ChatOptions) => ChatHandle
    handle?: ChatHandle
    heard: string[]
  }
}

/** Opens a page with this body. */
export async function goToPage(page: Page, server: ReferenceServer, html: string): Promise<void> {
  await server.addPage(
    'door.html',
    `<!doctype html><html lang="en"><head><title>door</title><link rel="icon" href="data:,"></head><body>${html}</body></html>`,
  )
  await page.goto('/door.html')
}

/** The script tag. */
export const tag = (origin: string, more = ''): string =>
  `<script async src="/dist/loader.js" data-tenant-id="miptech-company" data-api-url="${origin}" ${more}></script>`

/** A page that imports the module and waits for what the test does with it. */
export async function goToModulePage(page: Page, server: ReferenceServer): Promise<void> {
  await goToPage(page, server, `<script type="module">import { mount } from '/dist/index.js'; window.mount = mount</script>`)
  await page.waitForFunction(() => typeof window.mount === 'function')
}

/** Holds the wasm back until the function it gives is called. */
export async function holdWasm(page: Page): Promise<() => void> {
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route('**/*.wasm', async (route) => {
    await held
    await route.continue()
  })
  return release
}
