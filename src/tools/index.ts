// What can be called, and by which name: names on routes with several servers, URI templates, and which arguments of which tool are
// mirrored in Mcp-Param headers; the catalogue of approved definitions moves in here.
export { diffDefinitions, printChanges, toPlace } from './diff.ts';
export type { Change, Path } from './diff.ts';
export { fingerprint, isFingerprint } from './fingerprint.ts';
export { guessLabels } from './guess-labels.ts';
export type { GuessedLabels, Label } from './guess-labels.ts';
export { createHeaderCatalogue } from './header-catalogue.ts';
export type { HeaderCatalogue } from './header-catalogue.ts';
export { findLookAlikes } from './look-alikes.ts';
export type { LookAlike } from './look-alikes.ts';
export { bareNames, MAX_QUALIFIED_CHARS, qualifiedName, readQualifiedName } from './names.ts';
export type { OwnName, ReadName } from './names.ts';
export { createToolSearch } from './search-tools.ts';
export type { FoundTool, ToolSearch } from './search-tools.ts';
export { resembles } from './similarity.ts';
export type { Likeness } from './similarity.ts';
export { toSkeleton } from './skeleton.ts';
export { matchesTemplate } from './uri-templates.ts';
export { createArgumentsCheck } from './validate-arguments.ts';
export type { ArgumentsCheck, Checked, CheckOptions } from './validate-arguments.ts';
export { checkSchema } from './validate-schema.ts';
export type { SchemaFault } from './validate-schema.ts';
export { toVisible } from './visible-text.ts';
export { createCatalogue, isSigned } from './catalogue.ts';
export type { Approved, Catalogue, Sighting, Standing } from './catalogue.ts';
export type { ApprovedText } from './definition-shelf.ts';
export { DEFINITION_KINDS, digestOfPins, isServerCatalogue, signedText } from './pins.ts';
export type { DefinitionKind, Pin, PinSet, ServerCatalogue, ToolGuess, Withheld } from './pins.ts';
