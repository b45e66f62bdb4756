// The validators of active content and of targets, by the names that detectors give.

import type { Validator, ValidatorName } from '../types.ts';
import {
  findActiveSvg,
  findDataSvg,
  findDataUrl,
  findEventHandler,
  findMetaRefresh,
  findScriptMarkup,
  findScriptUrl,
  isWideSource,
} from './active.ts';
import { findBareScheme, isMetadataHost } from './targets.ts';

/** By name. */
export const URL_VALIDATORS: readonly (readonly [ValidatorName, Validator])[] = [
  ['metadata-host', isMetadataHost],
  ['bare-scheme', findBareScheme],
  ['script-url', findScriptUrl],
  ['data-url', findDataUrl],
  ['data-url-svg', findDataSvg],
  ['event-handler', findEventHandler],
  ['active-svg', findActiveSvg],
  ['meta-refresh', findMetaRefresh],
  ['script-markup', findScriptMarkup],
  ['wide-source', isWideSource],
];
