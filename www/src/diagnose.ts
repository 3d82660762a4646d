/** The ways to the doctor, which is fetched when somebody asks why the chat does not work. */
import type { ChatError, ChatHandle, ChatOptions, DiagnosticReport } from '@miptech/chat'
import type { Patient } from './doctor'
import { errorOf } from './events'
import { changesOf } from './recorder'
import type { Engine, Seat } from './seat'

const doctor = (): Promise<typeof import('./doctor')> => import(__DOCTOR__) as Promise<typeof import('./doctor')>

/** What is found out about a widget; without `facts` its code does not run. */
export async function examined(seat: Seat, facts: Patient['facts'] = async () => undefined): Promise<DiagnosticReport> {
  const { examine } = await doctor()
  return examine({ options: seat.options, error: seat.error, facts })
}

/** The code could not be loaded: whoever asked why is told now, and everybody else waits for another try. */
export function explain(seat: Seat, { code, help }: Pick<ChatError, 'code' | 'help'>): void {
  const error = errorOf(code ?? 'load/network', 'load', help)
  for (const entry of seat.queue.filter(([name]) => name === 'diagnose')) {
    seat.queue.splice(seat.queue.indexOf(entry), 1)
    entry[2](examined({ ...seat, error }))
  }
}

/** Examines a widget with certain options; one that was not there before connects for it, unseen, and is gone afterwards. */
export async function diagnose(options: ChatOptions | undefined, mount: (options?: ChatOptions) => ChatHandle): Promise<DiagnosticReport> {
  let error: ChatError | undefined
  const hear = (told: ChatError): void => {
    error = told
  }
  const handle = mount({ ...options, launcher: false, open: false, connect: 'load', on: { ...options?.on, error: hear } })
  // Wrong options leave no widget to ask.
  const report = (await handle.diagnose()) as DiagnosticReport | null
  void handle.destroy()
  if (report) return report
  const { examine } = await doctor()
  return examine({ options: { ...options }, error, facts: async () => undefined })
}

/** The view that a page with `debug: true` has for it. */
export async function showDiagnostics(seat: Seat, engine: Engine): Promise<void> {
  const { show } = await doctor()
  const root = seat.hostElement.shadowRoot
  if (root) show(root, () => engine.call('diagnose', []) as Promise<DiagnosticReport | null>, () => changesOf(seat))
}
