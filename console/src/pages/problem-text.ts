// What is wrong with a document, as one sentence after another.

/** What is wrong, and what to do about it. */
export function sayProblem({ message, fix }: { readonly message: string; readonly fix?: string | null | undefined }): string {
  const said = /[.!?]$/.test(message) ? message : `${message}.`;
  return fix === null || fix === undefined || fix === '' ? said : `${said} ${fix}`;
}
