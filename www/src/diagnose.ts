/** The ways to the doctor, which is fetched when somebody asks why the chat does not work. */
import type { ChatError, ChatHandle, ChatOptions, DiagnosticReport } from '@miptech/chat'
import type { Patient } from './doctor'
import { errorOf } from './events'
import { optionOf } from './page'
import { changesOf } from './recorder'
import type { Engine, Seat } from './seat'

const doctor = (): Promise<typeof import('./doctor')> => import(__DOCTOR__) as Promise<typeof import('./doctor')>

/** What is found out about a widget; without `facts` its code does not run. Nothing of one that is gone. */
export async function examined(seat: Seat, facts: Patient['facts'] = async () => undefined): Promise<DiagnosticReport | null> {
  if (seat.isGone) return null
  return consult({ options: seat.options, error: () => seat.error, facts })
}

/** Where not even the doctor can be fetched, that alone is known. */
async function consult(patient: Patient): Promise<DiagnosticReport> {
  try {
    return await (await doctor()).examine(patient)
  } catch (cause) {
    const check = { id: 'wasm', state: 'fail', finding: 'not-found', evidence: `${cause}`, cause: 'A file of the widget could not be fetched.', fix: 'Look at the network, and copy the whole folder of the package beside `loader.js`, from one build.' } as const
    return { version: __VERSION__, buildId: __VERSION__, createdAt: new Date().toISOString(), profile: 'auto', capabilities: [], checks: [check] }
  }
}

/** The code could not be loaded: whoever asked why is told now, and everybody else waits for another try. */
export function explain(seat: Seat, { code, help }: Pick<ChatError, 'code' | 'help'>): void {
  const error = errorOf(code, 'load', help)
  for (const entry of seat.queue.filter(([name]) => name === 'diagnose')) {
    seat.queue.splice(seat.queue.indexOf(entry), 1)
    entry[2](examined({ ...seat, error }))
  }
}

/** Examines a widget with certain options; one that was not there before connects for it, unseen, and is gone afterwards. */
export async function diagnose(given: ChatOptions | undefined, mount: (options?: ChatOptions) => ChatHandle): Promise<DiagnosticReport> {
  const options = given ?? optionsOfPage()
  let error: ChatError | undefined
  let failed!: (nothing: null) => void
  const failure = new Promise<null>((resolve) => (failed = resolve))
  const hear = (told: ChatError): void => {
    error = told
    // Files that cannot be had leave everything that was asked for waiting.
    if (/^load\//.test(told.code)) failed(null)
  }
  const handle = mount({ ...options, launcher: false, invitation: false, open: false, connect: 'load', on: { error: hear } })
  // Wrong options leave no widget to ask.
  const told = handle.diagnose().catch((cause: ChatError) => {
    error = cause
    return null
  })
  const report = (await Promise.race([told, failure])) as DiagnosticReport | null
  void handle.destroy()
  return report ?? consult({ options, error: () => error, facts: async () => undefined })
}

/** What the page told the loader, by its tag or in a variable. */
function optionsOfPage(): ChatOptions {
  const tag = document.querySelector<HTMLElement>('script[src*="/loader.js"]')
  if (!tag || 'manual' in tag.dataset) return window.MIPTechChatConfig ?? {}
  return Object.fromEntries(Object.entries(tag.dataset).map(optionOf)) as ChatOptions
}

/** The view that a page with `debug: true` has for it. */
export async function showDiagnostics(seat: Seat, engine: Engine): Promise<void> {
  const { show } = await doctor().catch(() => ({ show: undefined }))
  const root = seat.hostElement.shadowRoot
  if (root) show?.(root, () => engine.call('diagnose', []) as Promise<DiagnosticReport | null>, () => changesOf(seat), () => engine.call('getTrace', []) as string | undefined)
}
