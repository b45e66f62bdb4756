// One of several, and menus of what can be done.

import './Field.css';
import type { ReactElement, ReactNode } from 'react';
import {
  Button as AriaButton,
  Label,
  ListBox,
  ListBoxItem,
  Menu as AriaMenu,
  MenuItem,
  MenuTrigger,
  Popover,
  Select as AriaSelect,
  SelectValue,
  Text,
} from 'react-aria-components';
import { Icon } from './Icon.tsx';
import type { IconName } from './Icon.tsx';

/** One of them. */
export interface Option<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly description?: string;
}

/** One of several. `inline`: the label stands beside it; `hidden`: it is only read out. */
export function Select<Value extends string>({
  label,
  options,
  value,
  onChange,
  layout = 'stacked',
}: {
  readonly label: string;
  readonly options: readonly Option<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly layout?: 'stacked' | 'inline' | 'hidden';
}): ReactElement {
  return (
    <AriaSelect
      className={layout === 'stacked' ? 'field' : 'field select-inline'}
      selectedKey={value}
      onSelectionChange={(key) => {
        const chosen = options.find((option) => option.value === key);
        if (chosen !== undefined) onChange(chosen.value);
      }}
      {...(layout === 'hidden' ? { 'aria-label': label } : {})}
    >
      {layout === 'hidden' ? null : <Label className={layout === 'inline' ? 'soft' : 'field-label'}>{label}</Label>}
      <AriaButton className="input select-button">
        <SelectValue className="truncate" />
        <Icon name="down" size={14} />
      </AriaButton>
      <Popover className="popover" offset={4}>
        <ListBox items={options.map((option) => ({ id: option.value, ...option }))}>
          {(option) => (
            <ListBoxItem className="option" id={option.value} textValue={option.label}>
              <Text slot="label">{option.label}</Text>
              {option.description === undefined ? null : <Text slot="description">{option.description}</Text>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

/** Something that can be done. */
export interface MenuEntry {
  readonly id: string;
  readonly label: string;
  readonly icon?: IconName;
  readonly onSelect: () => void;
  /** Why it cannot be done now. */
  readonly disabledReason?: string | undefined;
}

/** A menu behind a button. */
export function Menu({
  label,
  trigger,
  entries,
  head,
  isTextual = false,
}: {
  readonly label: string;
  readonly trigger: ReactNode;
  /** What is in the button says what it is; otherwise the label does. */
  readonly isTextual?: boolean;
  readonly entries: readonly MenuEntry[];
  readonly head?: ReactNode;
}): ReactElement {
  return (
    <MenuTrigger>
      <AriaButton className="button button-quiet" {...(isTextual ? {} : { 'aria-label': label })}>
        {trigger}
      </AriaButton>
      <Popover className="popover" offset={4} placement="bottom end">
        {head === undefined ? null : <div className="menu-head">{head}</div>}
        <AriaMenu
          aria-label={label}
          onAction={(id) => entries.find((entry) => entry.id === id)?.onSelect()}
          disabledKeys={entries.filter((entry) => entry.disabledReason !== undefined).map((entry) => entry.id)}
        >
          {entries.map((entry) => (
            <MenuItem key={entry.id} id={entry.id} className="option option-row" textValue={entry.label}>
              {entry.icon === undefined ? null : <Icon name={entry.icon} />}
              <span>
                <Text slot="label">{entry.label}</Text>
                {entry.disabledReason === undefined ? null : <Text slot="description"> {entry.disabledReason}</Text>}
              </span>
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
