// The language: strict JSON with known byte positions, JSON-RPC messages, and what each revision of MCP allows to be said.
// Pure: bytes and values in, values and bytes out. It knows no policy, no connection and no session.
export { createAnswerScan } from './answer-scan.ts';
export type { AnswerScan } from './answer-scan.ts';
export { errorAnswer, resultAnswer, toolRefusal } from './answers.ts';
export { canonicalJson } from './canonical-json.ts';
export { checkAnswer } from './check-answer.ts';
export type { AnswerKind, Asked } from './check-answer.ts';
export { checkModernNotification, checkModernRequest } from './check-modern-request.ts';
export type { ModernHeaders, ModernRequest } from './check-modern-request.ts';
export { classifyEra } from './classify-era.ts';
export type { EraHeaders } from './classify-era.ts';
export { checkHeaderParams, headerParamValues, scanHeaderParams } from './header-params.ts';
export { decodeHeaderValue, encodeHeaderValue } from './header-values.ts';
export { listElements } from './list-elements.ts';
export { METHODS, SERVER_METHODS } from './methods.ts';
export { parseJson } from './parse-json.ts';
export type { ParseOptions } from './parse-json.ts';
export { isMessageId, readAnswerMessage, readMessage } from './read-message.ts';
export { readSubject } from './read-subject.ts';
export type { Subject } from './read-subject.ts';
export { isModernRevision, LATEST_LEGACY, LATEST_MODERN, REVISIONS } from './revisions.ts';
export { elementEdits, memberEdit, removeElements, removeMember, setMember, splice } from './splice.ts';
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
