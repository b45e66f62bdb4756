// Text that strangers chose, with what hides in it shown.

import type { ReactElement } from 'react';
import { revealHidden } from './reveal.ts';

/** The text; characters that are not seen stand as their code points. */
export function RevealedText({ text }: { readonly text: string }): ReactElement {
  return (
    <>
      {revealHidden(text).map((run, at) =>
        run.hidden === undefined ? (
          run.text
        ) : (
          <span key={at} className="hidden-character" title="A character that is not seen">
            {run.hidden}
          </span>
        ),
      )}
    </>
  );
}
