// What is inside: detectors, findings, what is done about them. Pure: no I/O, no clock, no randomness.
export { compileActions, DEFAULT_INSPECTION, isEdit, isStricter, withDuties } from './actions.ts';
export type { ActionOf, ActionTable, InspectionDuties } from './actions.ts';
export { editsFor, hasPlace } from './redact.ts';
export type { TakenOut } from './redact.ts';
export { createScan } from './scan.ts';
export type { ScanOptions } from './scan.ts';
export { compileDetectors } from './compile.ts';
export type { CompileOptions } from './compile.ts';
export type { DetectorMistake } from './check-detectors.ts';
export { looksRandom } from './validators/randomness.ts';
export { searchText } from './search-text.ts';
export type { TextFinding } from './search-text.ts';
export { BUILT_IN } from './detectors/index.ts';
export { checkInspection } from './check.ts';
export { BUILT_IN_TYPES, createEngine } from './engine.ts';
export type { InspectionProblem, KnownToInspection } from './check.ts';
export { inspectionSchema, toInspection } from './schema.ts';
export type { WrittenInspection } from './schema.ts';
export { createForesight } from './foresight.ts';
export type { AskedOfServer, Foresight } from './foresight.ts';
export { countFindings, lookInto, tallyFindings } from './tally.ts';
export type { FindingCounts, TalliedFinding } from './tally.ts';
export { ACTIONS, FINDING_CLASSES, UNSCANNED_REASONS } from './types.ts';
export type {
  Action,
  ActionLine,
  Anchors,
  Budget,
  ByteKind,
  Candidate,
  Detector,
  Direction,
  Engine,
  FindingClass,
  Fold,
  Folded,
  Found,
  Hit,
  InspectionDocument,
  Layer,
  Part,
  Passage,
  Progress,
  Reader,
  RunKind,
  Scan,
  Sought,
  Surface,
  Sweep,
  UnscannedReason,
  Validator,
  ValidatorName,
} from './types.ts';
