// The same in a terminal: every action of the console has its command, to be copied into a script or a note.

import './CommandLine.css';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { Button } from './Button.tsx';

const COPIED_MS = 1_600;

/** A command and a button that copies it. Made by `commandLine`, which quotes what needs it. */
export function CommandLine({ command, label = 'Command' }: { readonly command: string; readonly label?: string }): ReactElement {
  return (
    <div className="command">
      {/* A long line scrolls; who uses the keyboard has to get there. */}
      <code tabIndex={0} role="textbox" aria-readonly="true" aria-label={label}>
        {command}
      </code>
      <CopyButton text={command} label="Copy command" />
    </div>
  );
}

/** Copies a text, and says that it has. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }): ReactElement {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // The browser does not allow it; the text can be selected.
    }
  };
  return (
    <Button
      variant="quiet"
      size="small"
      icon={isCopied ? 'check' : 'copy'}
      label={isCopied ? 'Copied' : label}
      onPress={() => void copy()}
    />
  );
}
