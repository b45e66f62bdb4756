// The language: strict JSON with known byte positions, JSON-RPC messages, and what each revision of MCP allows to be said.
// Pure: bytes and values in, values and bytes out. It knows no policy, no connection and no session.
export { createAnswerScan } from './answer-scan.ts';
export type { AnswerScan } from './answer-scan.ts';
export { errorAnswer, resultAnswer, toolRefusal } from './answers.ts';
export { canonicalJson } from './canonical-json.ts';
export { canonicalText } from './canonical-text.ts';
export { checkAnswer, hasTasks } from './check-answer.ts';
export type { AnswerKind, Asked } from './check-answer.ts';
export { checkModernNotification, checkModernRequest } from './check-modern-request.ts';
export type { ModernHeaders, ModernRequest } from './check-modern-request.ts';
export { classifyEra } from './classify-era.ts';
export type { EraHeaders } from './classify-era.ts';
export { missingCapability, toLegacyClientCapabilities, toModernServerCapabilities } from './era-capabilities.ts';
export { checkHeaderParams, headerParamValues, scanHeaderParams } from './header-params.ts';
export { decodeHeaderValue, encodeHeaderValue } from './header-values.ts';
export { toLegacyRequest } from './legacy-request.ts';
export { listElements } from './list-elements.ts';
export { metaOf } from './meta.ts';
export { METHODS, SERVER_METHODS, TASKS_EXTENSION } from './methods.ts';
export { subscriptionMeta, toInputRequest, toModernChange, toModernError, toModernProgress, toModernResult } from './modern-answer.ts';
export { toModernRequest } from './modern-form.ts';
export type { ModernRetry, ModernSelf } from './modern-form.ts';
export { parseJson } from './parse-json.ts';
export type { ParseOptions } from './parse-json.ts';
export { isMessageId, readAnswerMessage, readAnswerMessages, readMessage } from './read-message.ts';
export { readSubject } from './read-subject.ts';
export type { Subject } from './read-subject.ts';
export { isLegacyRevision, isModernRevision, LATEST_LEGACY, LATEST_MODERN, legacyRevisionFor, REVISIONS } from './revisions.ts';
export { answerInstead, knowsServerMethod, shapeSaid } from './server-said.ts';
export { isHeaderMismatch, shapeError } from './shape-error.ts';
export { shapeNotification, shapeResult, shapeServerCapabilities } from './shape-for-revision.ts';
export type { ModernSource, Reader } from './shape-for-revision.ts';
export { modernClientCapabilities, shapeInput } from './shape-input.ts';
export { shapeImplementation } from './shape-listed.ts';
export type { WrappedTools } from './shape-listed.ts';
export { setMembers } from './set-members.ts';
export type { MembersSet } from './set-members.ts';
export { elementEdits, memberEdit, memberEdits, removeElements, removeMember, setMember, splice } from './splice.ts';
export type { Edit } from './splice.ts';
export type {
  Era,
  HeaderParam,
  JsonDocument,
  JsonObject,
  JsonValue,
  Message,
  MessageId,
  MethodRule,
  Refusal,
  Revision,
  ServerMethodRule,
  Span,
} from './types.ts';
export { withTraceparent } from './trace-member.ts';
export { rereadMessage, sameMessage, writeError, writeNotification, writeRequest, writeResult } from './write-message.ts';
