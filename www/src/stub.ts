/** What `require` gives: the package without the widget, for tests under jest 27 and for servers, which load no ES module. */
export { csp, get, mount, version } from './testing'
