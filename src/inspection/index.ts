// What is inside: detectors, findings, what is done about them. Pure: no I/O, no clock, no randomness.
export { compileActions, DEFAULT_ACTIONS, DEFAULT_INSPECTION, isEdit, isStricter, withDuties } from './actions.ts';
export type { ActionOf, ActionTable, InspectionDuties } from './actions.ts';
export { ACTIONS, FINDING_CLASSES, UNSCANNED_REASONS } from './types.ts';
export type {
  Action,
  ActionLine,
  Anchors,
  Budget,
  Candidate,
  Detector,
  Direction,
  Engine,
  FindingClass,
  Found,
  Hit,
  InspectionDocument,
  Layer,
  Part,
  Passage,
  Progress,
  RunKind,
  Scan,
  Surface,
  UnscannedReason,
  Validator,
  ValidatorName,
} from './types.ts';
