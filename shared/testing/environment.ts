/** Sets variables for a handler that is about to be imported: it reads its configuration then. */
export function setEnvironment(values: Readonly<Record<string, string>>): void {
  Object.assign(process.env, values);
}
