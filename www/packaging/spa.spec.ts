/** The example site on Create React App 5, with what the former site did to its chat. */
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, REACT_QUESTION, test, WASM_PARTS } from '../e2e/fixtures'
import type { ReferenceServer } from '../e2e/server'
import { Project } from './project'

async function goToSite(page: Page, server: ReferenceServer): Promise<void> {
  const project = await Project.install('examples/react-spa')
  await project.script('build')
  await server.addPages(join(project.folder, 'build'))
  await page.goto('/')
}

test('is built without a warning, the wasm among its own files', async () => {
  const project = await Project.install('examples/react-spa')
  // Under CI a warning ends this build, one of source maps included.
  expect(await project.script('build')).toContain('Compiled successfully.')
})

test('passes its own tests under jest 27', async () => {
  const project = await Project.install('examples/react-spa')
  const said = await project.script('test')
  expect(said).toMatch(/Tests: +5 passed, 5 total/)
  expect(said).not.toMatch(/Warning:|console\.(?:error|warn)/)
})

test('chats', async ({ page, widget, server, complaints }) => {
  const fetched: string[] = []
  page.on('request', (request) => fetched.push(new URL(request.url()).pathname))
  await goToSite(page, server)
  await page.getByRole('button', { name: 'Ask us' }).click()
  await expect(widget.panel).toBeVisible()
  await widget.askAndWait(REACT_QUESTION)
  const wasm = (): string[] => fetched.filter((path) => path.endsWith('.wasm'))
  await expect.poll(wasm).toEqual(Array(WASM_PARTS).fill(expect.stringMatching(/^\/static\/media\//)))
  expect((await server.sockets()).size).toBe(1)
  await expect(widget.host).toHaveClass('site-chat')
  expect(complaints).toEqual([])
})

test('scrolls through a storm of renders, told of each opening once', async ({ page, widget, server, complaints }) => {
  await page.addInitScript(() => {
    window.heard = []
    addEventListener('site:chat', (event) => window.heard.push((event as CustomEvent<string>).detail))
  })
  await goToSite(page, server)
  await page.getByRole('button', { name: 'Ask us' }).click()
  for (let top = 0; top <= 600; top += 20) {
    await page.evaluate((top) => scrollTo(0, top), top)
    await expect(page.getByTestId('scrolled')).toHaveText(`${top}`)
  }
  await expect(widget.panel).toBeVisible()
  await widget.askAndWait(REACT_QUESTION)
  await widget.part('close').click()
  await expect(widget.panel).toBeHidden()
  await page.evaluate(() => scrollTo(0, 0))
  await expect(page.getByTestId('scrolled')).toHaveText('0')
  await expect(widget.panel).toBeHidden()
  expect(await page.evaluate(() => window.heard)).toEqual(['opened', 'closed'])
  expect((await server.sockets()).size).toBe(1)
  expect(complaints).toEqual([])
})

test('leaves the widget as it is, and above the navigation', async ({ page, widget, server }) => {
  await goToSite(page, server)
  await page.getByRole('button', { name: 'Ask us' }).click()
  await expect(widget.panel).toBeVisible()
  await widget.askAndWait(REACT_QUESTION)
  if (process.env['SCREENSHOT']) await page.screenshot({ path: process.env['SCREENSHOT'] })
  const look = await widget.panel.evaluate((panel) => {
    const { backgroundColor, textShadow } = getComputedStyle(panel)
    return { backgroundColor, textShadow }
  })
  expect(look.backgroundColor).not.toBe('rgba(0, 0, 0, 0)')
  expect(look.textShadow).toBe('none')
  await widget.input.press('Tab')
  const outlines = await page.evaluate((id) => {
    const root = document.querySelector(`[data-miptech-chat="${id}"]`)?.shadowRoot
    return [...(root?.querySelectorAll('button, textarea') ?? [])].map((element) => getComputedStyle(element).outlineStyle)
  }, widget.id)
  expect(outlines.length).toBeGreaterThan(2)
  expect(outlines).not.toContain('dashed')

  // So low a window that panel and bar meet: who is on top is who gets the press.
  await page.setViewportSize({ width: 480, height: 420 })
  const bar = await page.getByRole('navigation').boundingBox()
  const panel = await widget.panel.boundingBox()
  if (!bar || !panel) throw new Error('no bar or no panel')
  expect(panel.y).toBeLessThan(bar.y + bar.height)
  const top = { x: panel.x + panel.width / 2, y: bar.y + bar.height - 2 }
  expect(await page.evaluate(({ x, y }) => document.elementFromPoint(x, y)?.getAttribute('data-miptech-chat'), top)).toBe('default')
})

test('speaks the language of the site, as it begins and when it changes', async ({ page, widget, server, complaints }) => {
  await page.addInitScript(() => {
    if (!localStorage.getItem('mip-language')) localStorage.setItem('mip-language', 'it')
  })
  await goToSite(page, server)
  await expect(widget.launcher).toHaveAccessibleName('Apri la chat')
  await page.getByRole('button', { name: 'Chiedi' }).click()
  await expect(page.getByRole('dialog', { name: 'Assistente IA di MIPTech' })).toBeVisible()
  await page.getByRole('button', { name: 'English' }).click()
  await expect(page.getByRole('dialog', { name: 'MIPTech AI Assistant' })).toBeVisible()
  await expect(widget.launcher).toHaveAccessibleName('Close chat')
  expect(await page.evaluate(() => localStorage.getItem('mip-language'))).toBe('en')
  expect((await server.sockets()).size).toBe(1)
  expect(complaints).toEqual([])
})
