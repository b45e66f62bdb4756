// What somebody fills in. Every field has a label that can be read out; an error stands below it and is tied to it.

import './Field.css';
import type { ReactElement, ReactNode } from 'react';
import {
  Checkbox as AriaCheckbox,
  FieldError,
  Input,
  Label,
  SearchField as AriaSearchField,
  Text,
  TextArea,
  TextField,
  ToggleButton,
  ToggleButtonGroup,
} from 'react-aria-components';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';

/** Props of a field for text. */
export interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly description?: ReactNode;
  /** What is wrong with it. */
  readonly error?: string | undefined;
  readonly placeholder?: string;
  readonly type?: 'text' | 'number' | 'email' | 'datetime-local';
  readonly isRequired?: boolean;
  readonly isMono?: boolean;
  readonly isReadOnly?: boolean;
  readonly autoFocus?: boolean;
  /** More than one line. */
  readonly rows?: number;
}

/** A field for text. */
export function Field({
  label,
  value,
  onChange,
  description,
  error,
  placeholder,
  type = 'text',
  isMono = false,
  rows,
  ...rest
}: FieldProps): ReactElement {
  const className = isMono ? 'input input-mono' : 'input';
  return (
    <TextField
      className="field"
      value={value}
      onChange={onChange}
      type={type}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      {...rest}
    >
      <Label className="field-label">{label}</Label>
      {rows === undefined ? (
        <Input className={className} {...(placeholder === undefined ? {} : { placeholder })} autoComplete="off" spellCheck={false} />
      ) : (
        <TextArea className={className} rows={rows} {...(placeholder === undefined ? {} : { placeholder })} spellCheck={false} />
      )}
      {description === undefined ? null : (
        <Text slot="description" className="field-description">
          {description}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
    </TextField>
  );
}

/** A field to search in what a page shows. Its label is not seen. */
export function SearchField({
  label,
  value,
  onChange,
  placeholder = label,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
}): ReactElement {
  return (
    <AriaSearchField className="search" aria-label={label} value={value} onChange={onChange}>
      <Icon name="search" />
      <Input className="input" placeholder={placeholder} spellCheck={false} />
      <Button variant="quiet" size="small" icon="close" label="Clear" />
    </AriaSearchField>
  );
}

/** One of few, beside each other: a window of time, a view. */
export function Segmented<Value extends string>({
  label,
  options,
  value,
  onChange,
}: {
  readonly label: string;
  readonly options: readonly { readonly value: Value; readonly label: ReactNode }[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}): ReactElement {
  return (
    <ToggleButtonGroup
      className="segmented"
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const chosen = options.find((option) => keys.has(option.value));
        if (chosen !== undefined) onChange(chosen.value);
      }}
    >
      {options.map((option) => (
        <ToggleButton key={option.value} id={option.value} className="segment">
          {option.label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

/** Yes or no. */
export function Checkbox({
  label,
  isSelected,
  onChange,
  isHidden = false,
  isIndeterminate = false,
}: {
  readonly label: string;
  readonly isSelected: boolean;
  readonly onChange: (isSelected: boolean) => void;
  /** The label is only read out: what it is about stands beside it. */
  readonly isHidden?: boolean;
  readonly isIndeterminate?: boolean;
}): ReactElement {
  return (
    <AriaCheckbox
      className="checkbox"
      isSelected={isSelected}
      isIndeterminate={isIndeterminate}
      onChange={onChange}
      {...(isHidden ? { 'aria-label': label } : {})}
    >
      <span className="checkbox-box">
        <Icon name={isIndeterminate ? 'minus' : 'check'} size={13} />
      </span>
      {isHidden ? null : <span>{label}</span>}
    </AriaCheckbox>
  );
}
