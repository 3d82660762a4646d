/** What axe says of the widget as it stands. */
import axe, { type AxeResults, type RunOptions } from 'axe-core'
import { isSettled } from './states_of_the_widget'
import type { Widget } from './widget'

const WHAT_COUNTS: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
}

export async function examined(widget: Widget): Promise<AxeResults> {
  const { page, host } = widget
  if (!(await page.evaluate(() => 'axe' in window))) await page.addScriptTag({ content: axe.source })
  // Colours are judged as they stand, so nothing may be on its way in.
  await isSettled(widget)
  return host.evaluate(async (host, options) => {
    // What lies over what, axe knows of the body and what is in it. The widget stands beside the body, and without this
    // neither colours nor sizes would be judged, nor would anybody be told.
    Object.defineProperty(document, 'body', { configurable: true, value: host })
    try {
      return await (window as unknown as { axe: typeof axe }).axe.run(host, options)
    } finally {
      Reflect.deleteProperty(document, 'body')
    }
  }, WHAT_COUNTS)
}

/** Each with its rule, where it is, and what axe says of it. */
export function faultsOf({ violations }: AxeResults): string[] {
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target.flat().join(' ')}: ${failureSummary?.replace(/\s+/g, ' ')}`))
}
