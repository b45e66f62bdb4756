// Buttons, and links that look like them. A button that cannot be used says why instead of being gone.

import './Button.css';
import type { ReactElement, ReactNode } from 'react';
import { Button as AriaButton, Link as AriaLink, Tooltip as AriaTooltip, TooltipTrigger } from 'react-aria-components';
import { Icon } from './Icon.tsx';
import type { IconName } from './Icon.tsx';

/** primary: what the page is for; destroy: the last step of what cannot be undone; danger: what leads there. */
export type ButtonVariant = 'primary' | 'secondary' | 'quiet' | 'danger' | 'destroy';

interface Look {
  readonly variant?: ButtonVariant;
  readonly size?: 'small' | 'normal';
  readonly icon?: IconName;
  /** Needed where only an icon is shown. */
  readonly label?: string;
  readonly children?: ReactNode;
}

/** Props of a button. */
export interface ButtonProps extends Look {
  readonly onPress?: () => void;
  readonly type?: 'button' | 'submit';
  /** Why it cannot be used; undefined: it can. It stays reachable, so that everybody can learn the reason. */
  readonly disabledReason?: string | undefined;
  /** Set while what it does is under way. */
  readonly isPending?: boolean;
  readonly autoFocus?: boolean;
  readonly expanded?: boolean;
}

/** A button. */
export function Button({
  onPress,
  type = 'button',
  disabledReason,
  isPending = false,
  autoFocus,
  expanded,
  ...look
}: ButtonProps): ReactElement {
  const isOff = disabledReason !== undefined;
  const button = (
    <AriaButton
      className={classOf(look)}
      type={isOff ? 'button' : type}
      isPending={isPending}
      {...(autoFocus === undefined ? {} : { autoFocus })}
      {...(expanded === undefined ? {} : { 'aria-expanded': expanded })}
      {...(isOff ? { 'aria-disabled': 'true' } : {})}
      {...(look.label === undefined ? {} : { 'aria-label': look.label })}
      {...(isOff || onPress === undefined ? {} : { onPress })}
    >
      {insideOf(look)}
    </AriaButton>
  );
  const hint = disabledReason ?? (look.children === undefined ? look.label : undefined);
  return hint === undefined ? button : <Hinted hint={hint}>{button}</Hinted>;
}

/** A link that looks like a button. */
export function LinkButton({ href, ...look }: Look & { readonly href: string }): ReactElement {
  return (
    <AriaLink className={classOf(look)} href={href} {...(look.label === undefined ? {} : { 'aria-label': look.label })}>
      {insideOf(look)}
    </AriaLink>
  );
}

/** A link within the console or out of it. `isCurrent`: it leads to where one is. */
export function Link({
  href,
  children,
  className,
  isCurrent = false,
}: {
  readonly href: string;
  readonly children: ReactNode;
  readonly className?: string;
  readonly isCurrent?: boolean;
}): ReactElement {
  return (
    <AriaLink href={href} {...(className === undefined ? {} : { className })} {...(isCurrent ? { 'aria-current': 'page' } : {})}>
      {children}
    </AriaLink>
  );
}

/** Says something about what is pointed at or focused: its child is a button or a link. */
function Hinted({ hint, children }: { readonly hint: string; readonly children: ReactNode }): ReactElement {
  return (
    <TooltipTrigger delay={300} closeDelay={0}>
      {children}
      <AriaTooltip className="tooltip" offset={6}>
        {hint}
      </AriaTooltip>
    </TooltipTrigger>
  );
}

function insideOf({ icon, children }: Look): ReactNode {
  return (
    <>
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
    </>
  );
}

function classOf({ variant = 'secondary', size = 'normal', children }: Look): string {
  return ['button', `button-${variant}`, size === 'small' ? 'button-small' : '', children === undefined ? 'button-icon-only' : '']
    .filter((name) => name !== '')
    .join(' ');
}
