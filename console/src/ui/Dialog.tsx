// What lies over the page until it is answered or closed: dialogs, the question before something is done, and drawers that tell more of one row.

import './Dialog.css';
import type { ReactElement, ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { Button } from './Button.tsx';
import { CommandLine } from './CommandLine.tsx';
import { Notice } from './State.tsx';
import type { Wrong } from './State.tsx';

interface Window {
  readonly title: ReactNode;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A dialog. With `onSubmit` what is in it is a form: Enter sends it. */
export function Dialog({
  title,
  isOpen,
  onClose,
  children,
  footer,
  size = 'normal',
  onSubmit,
}: Window & { readonly footer?: ReactNode; readonly size?: 'normal' | 'large'; readonly onSubmit?: () => void }): ReactElement {
  const inside = (
    <>
      <div className="dialog-body">{children}</div>
      {footer === undefined ? null : <div className="dialog-foot">{footer}</div>}
    </>
  );
  return (
    <ModalOverlay className="veil" isOpen={isOpen} onOpenChange={(open) => (open ? undefined : onClose())} isDismissable={false}>
      <Modal className={size === 'large' ? 'dialog-window dialog-window-large' : 'dialog-window'}>
        <AriaDialog className="dialog">
          <Head title={title} onClose={onClose} />
          {onSubmit === undefined ? (
            inside
          ) : (
            <form
              noValidate
              onSubmit={(event) => {
                event.preventDefault();
                onSubmit();
              }}
            >
              {inside}
            </form>
          )}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** The question before something is done. Says what will happen (`children`) and the command that does the same. */
export function ConfirmDialog({
  confirmLabel,
  onConfirm,
  command,
  isPending = false,
  problem,
  isDestructive = false,
  disabledReason,
  children,
  ...window
}: Window & {
  readonly confirmLabel: string;
  readonly onConfirm: () => void;
  readonly command?: string;
  readonly isPending?: boolean;
  /** Why it was not done. */
  readonly problem?: Wrong | null | undefined;
  readonly isDestructive?: boolean;
  readonly disabledReason?: string | undefined;
}): ReactElement {
  return (
    <Dialog
      {...window}
      onSubmit={onConfirm}
      footer={
        <>
          <Button onPress={window.onClose}>Cancel</Button>
          <Button variant={isDestructive ? 'destroy' : 'primary'} type="submit" isPending={isPending} disabledReason={disabledReason}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      {children}
      {command === undefined ? null : <CommandLine command={command} label="The same as a command" />}
      {problem === null || problem === undefined ? null : (
        <Notice tone="bad" title={problem.title}>
          {problem.detail}
        </Notice>
      )}
    </Dialog>
  );
}

/** More about one row, beside the list it stands in. */
export function Drawer({ title, isOpen, onClose, children }: Window): ReactElement {
  return (
    <ModalOverlay className="veil drawer-veil" isOpen={isOpen} onOpenChange={(open) => (open ? undefined : onClose())} isDismissable>
      <Modal className="dialog-window drawer">
        <AriaDialog className="dialog">
          <Head title={title} onClose={onClose} />
          <div className="dialog-body">{children}</div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

function Head({ title, onClose }: { readonly title: ReactNode; readonly onClose: () => void }): ReactElement {
  return (
    <div className="dialog-head">
      <Heading slot="title" level={2}>
        {title}
      </Heading>
      <Button variant="quiet" icon="close" label="Close" onPress={onClose} />
    </div>
  );
}
