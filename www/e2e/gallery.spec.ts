/**
 * Every look of the widget, in both schemes and both directions, against the pictures in `docs/gallery`.
 *
 * `npm run gallery` draws them anew. They are of Chromium with the fonts of the machine that drew them.
 */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { DIRECTIONS, type Direction, LOOKS, SCHEMES, Stage, isSettled, reach } from './states_of_the_widget'
import type { Widget } from './widget'

for (const direction of Object.keys(DIRECTIONS) as Direction[]) {
  for (const look of LOOKS) {
    test.describe(() => {
      test.use(look.settings)

      test(`${look.name} looks as it did, ${direction}`, async ({ page, widget, server }) => {
        await reach(look, new Stage(page, widget, server, direction))
        for (const colorScheme of SCHEMES) {
          await page.emulateMedia({ colorScheme })
          await isSettled(widget)
          // One that differs does not keep the other from being seen.
          await expect.soft(page).toHaveScreenshot(`${look.name}-${colorScheme}-${direction}.png`, { clip: await frameOf(page, widget) })
        }
      })
    })
  }
}

/** Around what of the widget is to be seen, as far as the screen goes. */
async function frameOf(page: Page, widget: Widget): Promise<{ x: number; y: number; width: number; height: number }> {
  const seen = []
  for (const part of [widget.launcher, widget.panel, widget.part('invitation')]) if (await part.isVisible()) seen.push(await part.boundingBox())
  const boxes = seen.filter((box) => box !== null)
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 }
  const from = (edges: number[]): number => Math.max(0, Math.floor(Math.min(...edges)) - MARGIN)
  const to = (edges: number[], end: number): number => Math.min(end, Math.ceil(Math.max(...edges)) + MARGIN)
  const [x, y] = [from(boxes.map(({ x }) => x)), from(boxes.map(({ y }) => y))]
  return {
    x,
    y,
    width: to(boxes.map(({ x, width }) => x + width), width) - x,
    height: to(boxes.map(({ y, height }) => y + height), height) - y,
  }
}

/** Room for shadows, in CSS pixels; no less than what the widget keeps from the corner. */
const MARGIN = 16
